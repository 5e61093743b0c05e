using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wharf.ContainerdApi.Content.V1;
using Wharf.Oci.Digests;
using Descriptor = Wharf.Oci.Images.Descriptor;

namespace Wharf.Daemon.Images;

/// <summary>containerd's blobs by digest.</summary>
internal sealed class ContentStore(CallInvoker calls)
{
    private const int ChunkSize = 512 << 10;
    private static readonly TimeSpan LockedRetry = TimeSpan.FromMilliseconds(100);
    private readonly Content.ContentClient _client = new(calls);

    public async Task<Info?> FindAsync(Digest digest, CancellationToken cancellation)
    {
        try
        {
            return (await _client.InfoAsync(new InfoRequest { Digest = digest.ToString() }, cancellationToken: cancellation).ConfigureAwait(false)).Info;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>A small blob as a whole; null when it is not there.</summary>
    public async Task<byte[]?> ReadAsync(Digest digest, int limit, CancellationToken cancellation)
    {
        var content = new MemoryStream();
        try
        {
            await foreach (ReadOnlyMemory<byte> chunk in ReadChunksAsync(digest, cancellation).ConfigureAwait(false))
            {
                if (content.Length + chunk.Length > limit)
                {
                    throw new EngineException(EngineErrorKind.System, $"read content \"{digest}\": larger than {limit} bytes");
                }

                content.Write(chunk.Span);
            }
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.NotFound)
        {
            return null;
        }

        return content.ToArray();
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadChunksAsync(
        Digest digest,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation,
        long offset = 0)
    {
        using AsyncServerStreamingCall<ReadContentResponse> call = _client.Read(new ReadContentRequest { Digest = digest.ToString(), Offset = offset }, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false))
        {
            yield return call.ResponseStream.Current.Data.Memory;
        }
    }

    /// <summary>
    /// Makes a blob from what <paramref name="open"/> reads from an offset on. An ingest that an earlier attempt left is continued.
    /// Only when the store has verified the digest does the blob exist.
    /// </summary>
    public async Task WriteAsync(
        Descriptor descriptor,
        Func<long, Stream> open,
        IReadOnlyDictionary<string, string> labels,
        Action<long>? progress,
        CancellationToken cancellation)
    {
        string reference = $"wharf-{descriptor.Digest}";
        while (!await TryWriteAsync(reference, descriptor, open, labels, progress, cancellation).ConfigureAwait(false))
        {
            // Somebody else writes the same blob: either it comes to be, or its writer lets go.
            await Task.Delay(LockedRetry, cancellation).ConfigureAwait(false);
        }
    }

    public Task WriteAsync(Descriptor descriptor, ReadOnlyMemory<byte> content, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation) =>
        WriteAsync(descriptor, offset => new MemoryStream(content[(int)offset..].ToArray(), writable: false), labels, progress: null, cancellation);

    /// <summary>Sets labels of a blob and leaves its others alone.</summary>
    public async Task LabelAsync(Digest digest, IReadOnlyDictionary<string, string> labels, CancellationToken cancellation)
    {
        if (labels.Count == 0)
        {
            return;
        }

        var request = new UpdateRequest { Info = new Info { Digest = digest.ToString() }, UpdateMask = new FieldMask() };
        request.Info.Labels.Add(labels.ToDictionary());
        request.UpdateMask.Paths.AddRange(labels.Keys.Select(key => "labels." + key));
        await _client.UpdateAsync(request, cancellationToken: cancellation).ConfigureAwait(false);
    }

    /// <summary>False when another writer holds the ingest.</summary>
    private async Task<bool> TryWriteAsync(
        string reference,
        Descriptor descriptor,
        Func<long, Stream> open,
        IReadOnlyDictionary<string, string> labels,
        Action<long>? progress,
        CancellationToken cancellation)
    {
        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call = _client.Write(cancellationToken: cancellation);
        bool abort = false;
        try
        {
            WriteContentResponse state = await ExchangeAsync(
                call,
                new WriteContentRequest { Action = WriteAction.Stat, Ref = reference, Total = descriptor.Size, Expected = descriptor.Digest.ToString() },
                cancellation).ConfigureAwait(false);
            long offset = state.Offset;
            if (offset > descriptor.Size)
            {
                abort = true;
                throw new EngineException(EngineErrorKind.System, $"write content \"{descriptor.Digest}\": store has {offset} bytes of {descriptor.Size}");
            }

            using (Stream source = open(offset))
            {
                offset = await CopyAsync(call, source, offset, progress, cancellation).ConfigureAwait(false);
            }

            var commit = new WriteContentRequest { Action = WriteAction.Commit, Total = descriptor.Size, Expected = descriptor.Digest.ToString(), Offset = offset };
            commit.Labels.Add(labels.ToDictionary());
            await ExchangeAsync(call, commit, cancellation).ConfigureAwait(false);
            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            await LabelAsync(descriptor.Digest, labels, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable && error.Status.Detail.Contains("locked", StringComparison.Ordinal))
        {
            return false;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.FailedPrecondition)
        {
            // What was written is not what the digest says: nobody must continue it.
            abort = true;
            throw new EngineException(EngineErrorKind.System, $"verify content \"{descriptor.Digest}\": {error.Status.Detail}", error);
        }
        catch (Exception error) when (error is Registry.RegistryException { Kind: Registry.RegistryErrorKind.Malformed })
        {
            abort = true;
            throw;
        }
        finally
        {
            if (abort)
            {
                call.Dispose();
                await AbortAsync(reference).ConfigureAwait(false);
            }
        }
    }

    private static async Task<long> CopyAsync(
        AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call,
        Stream source,
        long offset,
        Action<long>? progress,
        CancellationToken cancellation)
    {
        // The answer to a chunk is read while the next chunk arrives from the source.
        Task<WriteContentResponse>? answer = null;
        while (true)
        {
            byte[] chunk = new byte[ChunkSize];
            int count = await source.ReadAtLeastAsync(chunk, 64 << 10, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
            if (answer is not null)
            {
                WriteContentResponse written = await answer.ConfigureAwait(false);
                if (written.Offset != offset)
                {
                    throw new EngineException(EngineErrorKind.System, $"write content: store is at byte {written.Offset} instead of {offset}");
                }

                progress?.Invoke(offset);
            }

            if (count == 0)
            {
                return offset;
            }

            var write = new WriteContentRequest { Action = WriteAction.Write, Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(chunk.AsMemory(0, count)) };
            answer = ExchangeAsync(call, write, cancellation);
            offset += count;
        }
    }

    private static async Task<WriteContentResponse> ExchangeAsync(
        AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call,
        WriteContentRequest request,
        CancellationToken cancellation)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidOperationException or RpcException { StatusCode: StatusCode.OK })
        {
            // The server ended the call; its status says why, and comes with the read below.
        }

        return await call.ResponseStream.MoveNext(cancellation).ConfigureAwait(false)
            ? call.ResponseStream.Current
            : throw new EngineException(EngineErrorKind.System, $"write content: containerd ended the stream at {request.Action.ToString().ToLowerInvariant()}");
    }

    /// <summary>Drops an ingest. It has its own time limit: the failure that leads here may be a cancelled request.</summary>
    private async Task AbortAsync(string reference)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _client.AbortAsync(new AbortRequest { Ref = reference }, cancellationToken: limit.Token).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The ingest is gone, or containerd is: its own expiry removes it.
        }
    }
}
