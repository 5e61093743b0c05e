using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;
using Wharf.ContainerdApi.Content.V1;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.Containerd.Events;
using Wharf.Containerd.Filters;
using Wharf.Containerd.Garbage;
using Wharf.Containerd.Metadata;
using Wharf.Containerd.Rpc;
using Wharf.Oci.Digests;

namespace Wharf.Containerd.Content;

/// <summary>Blobs by digest.</summary>
internal sealed class ContentService(BlobStore blobs, MetadataStore store, EventExchange events, GarbageCollector garbage) : ContainerdApi.Content.V1.Content.ContentBase
{
    private const int ChunkSize = 1 << 20;
    private const int ListBatch = 100;

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { Info = blobs.Get(CallScope.Of(context).Namespace, Parse(request.Digest)) });

    public override Task<UpdateResponse> Update(UpdateRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Info given = request.Info ?? throw ContainerdException.Invalid("content info is empty");
        Digest digest = Parse(given.Digest);
        LabelRules.Check(given.Labels);
        Info updated = store.Change(records =>
        {
            Info current = records.Find(ContainerdApi.Content.V1.Info.Parser, scope, RecordKind.Content, digest.ToString()) ?? throw ContainerdException.NotFound($"content {digest}");
            foreach (string path in request.UpdateMask is { Paths.Count: > 0 } mask ? mask.Paths : ["labels"])
            {
                if (!LabelRules.TryUpdate(path, current.Labels, given.Labels))
                {
                    throw ContainerdException.Invalid($"cannot update \"{path}\" field of content {digest}");
                }
            }

            current.UpdatedAt = LabelRules.Now();
            records.Put(scope, RecordKind.Content, current.Digest, current);
            return current;
        });
        return Task.FromResult(new UpdateResponse { Info = updated });
    }

    public override async Task List(ListContentRequest request, IServerStreamWriter<ListContentResponse> responseStream, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        var filters = FilterSet.Parse(request.Filters);
        IReadOnlyList<Info> all = store.Read(records => records.List(ContainerdApi.Content.V1.Info.Parser, scope, RecordKind.Content));
        foreach (Info[] batch in all.Where(info => filters.Matches(path => Field(info, path))).Chunk(ListBatch))
        {
            var response = new ListContentResponse();
            response.Info.AddRange(batch);
            await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<Empty> Delete(DeleteContentRequest request, ServerCallContext context)
    {
        string scope = CallScope.Of(context).Namespace;
        Digest digest = Parse(request.Digest);
        store.Remove(records =>
        {
            if (!records.Delete(scope, RecordKind.Content, digest.ToString()))
            {
                throw ContainerdException.NotFound($"content {digest}");
            }
        });
        blobs.RemoveUnrecorded();
        events.Publish(scope, "/content/delete", new ContentDelete { Digest = digest.ToString() });
        garbage.Removed();
        return Task.FromResult(new Empty());
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        Digest digest = Parse(request.Digest);
        using SafeFileHandle file = blobs.Open(CallScope.Of(context).Namespace, digest);
        long length = RandomAccess.GetLength(file);
        long offset = request.Offset;
        if (offset < 0 || request.Size < 0)
        {
            throw ContainerdException.Invalid($"read content {digest}: offset {offset}, size {request.Size}");
        }

        if (offset > length)
        {
            throw new ContainerdException(ErrorKind.OutOfRange, $"read past object length {length} bytes: out of range");
        }

        if (request.Size > 0 && offset + request.Size > length)
        {
            throw new ContainerdException(ErrorKind.OutOfRange, $"read past object length {length} bytes: out of range");
        }

        long end = request.Size > 0 ? offset + request.Size : length;
        while (offset < end)
        {
            byte[] chunk = new byte[(int)Math.Min(ChunkSize, end - offset)];
            int count = RandomAccess.Read(file, chunk, offset);
            if (count == 0)
            {
                throw new IOException($"read content {digest}: ends at byte {offset} of {end}");
            }

            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(chunk.AsMemory(0, count)) }, context.CancellationToken).ConfigureAwait(false);
            offset += count;
        }
    }

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context) =>
        Task.FromResult(new StatusResponse { Status = blobs.Status(CallScope.Of(context).Namespace, request.Ref) });

    public override Task<ListStatusesResponse> ListStatuses(ListStatusesRequest request, ServerCallContext context)
    {
        var filters = FilterSet.Parse(request.Filters);
        var response = new ListStatusesResponse();
        response.Statuses.AddRange(blobs.Statuses(CallScope.Of(context).Namespace).Where(status => filters.Matches(path => path[0] == "ref" ? status.Ref : null)));
        return Task.FromResult(response);
    }

    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        CallScope scope = CallScope.Of(context);
        Ingest? ingest = null;
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
            {
                WriteContentRequest request = requestStream.Current;
                Digest? expected = request.Expected.Length > 0 ? Parse(request.Expected) : null;
                ingest ??= blobs.Begin(scope, request.Ref, request.Total, expected);
                if (request.Ref.Length > 0 && request.Ref != ingest.Status.Ref)
                {
                    throw ContainerdException.Invalid($"content writer: reference changes from \"{ingest.Status.Ref}\" to \"{request.Ref}\"");
                }

                if (request.Total > 0)
                {
                    if (ingest.Status.Total > 0 && ingest.Status.Total != request.Total)
                    {
                        throw ContainerdException.Precondition($"content writer: total changes from {ingest.Status.Total} to {request.Total}");
                    }

                    ingest.Status.Total = request.Total;
                }

                WriteContentResponse response = Apply(scope, ingest, request, expected);
                await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
                if (request.Action == WriteAction.Commit)
                {
                    return;
                }
            }
        }
        finally
        {
            ingest?.Dispose();
        }
    }

    public override Task<Empty> Abort(AbortRequest request, ServerCallContext context)
    {
        blobs.Abort(CallScope.Of(context).Namespace, request.Ref);
        return Task.FromResult(new Empty());
    }

    private static Digest Parse(string text) => Digest.TryParse(text, out Digest? digest) ? digest : throw ContainerdException.Invalid($"digest \"{text}\"");

    private static string? Field(Info info, IReadOnlyList<string> path) => path[0] switch
    {
        "digest" => info.Digest,
        "size" => info.Size.ToString(System.Globalization.CultureInfo.InvariantCulture),
        "labels" => FieldPaths.Label(info.Labels, path),
        _ => null,
    };

    private WriteContentResponse Apply(CallScope scope, Ingest ingest, WriteContentRequest request, Digest? expected)
    {
        var response = new WriteContentResponse
        {
            Action = request.Action,
            StartedAt = ingest.Status.StartedAt,
            UpdatedAt = LabelRules.Now(),
            Total = ingest.Status.Total,
        };
        if (request.Action != WriteAction.Stat)
        {
            if (request.Offset == 0 && ingest.Offset > 0 && request.Action == WriteAction.Write)
            {
                ingest.Truncate();
            }
            else if (request.Offset > 0 && request.Offset != ingest.Offset)
            {
                throw new ContainerdException(ErrorKind.OutOfRange, $"write @{request.Offset} must occur at current offset {ingest.Offset}: out of range");
            }

            ingest.Write(request.Data.Span);
        }

        response.Offset = ingest.Offset;
        if (request.Action == WriteAction.Commit)
        {
            response.Digest = ingest.DigestSoFar;
            blobs.Commit(scope, ingest, request.Total > 0 ? request.Total : ingest.Status.Total, expected ?? ingest.Expected, request.Labels);
        }
        else
        {
            response.Digest = ingest.DigestSoFar;
        }

        return response;
    }
}
