using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Content.V1;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Blobs as clients write them: by any algorithm, one writer at a time, over restarts, and on the disk before they are acknowledged.</summary>
public sealed class ContentTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"content-{Guid.NewGuid():N}";
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes(300_000);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task A_blob_is_written_in_two_halves_with_the_daemon_killed_between_them(string algorithm)
    {
        string digest = $"{algorithm}:{Convert.ToHexStringLower(algorithm == "sha512" ? SHA512.HashData(bytes) : SHA256.HashData(bytes))}";
        using (var channel = new ContainerdChannel(containerd, id))
        {
            using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write = new Content.ContentClient(channel.Calls).Write(cancellationToken: Cancellation);
            WriteContentResponse half = await Say(write, new WriteContentRequest { Action = WriteAction.Write, Ref = id, Total = bytes.Length, Expected = digest, Data = ByteString.CopyFrom(bytes, 0, 150_000) });
            Assert.Equal(150_000, half.Offset);
            containerd.Kill();
        }

        containerd.StartAgain();
        using var again = new ContainerdChannel(containerd, id);
        var client = new Content.ContentClient(again.Calls);
        ContainerdApi.Content.V1.Status status = client.Status(new StatusRequest { Ref = id }, cancellationToken: Cancellation).Status;
        Assert.Equal((150_000, bytes.Length), (status.Offset, status.Total));
        using (AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write = client.Write(cancellationToken: Cancellation))
        {
            Assert.Equal(150_000, (await Say(write, new WriteContentRequest { Action = WriteAction.Stat, Ref = id, Total = bytes.Length, Expected = digest })).Offset);
            await Say(write, new WriteContentRequest { Action = WriteAction.Write, Offset = 150_000, Data = ByteString.CopyFrom(bytes, 150_000, 150_000) });
            WriteContentResponse made = await Say(write, new WriteContentRequest { Action = WriteAction.Commit, Offset = bytes.Length, Total = bytes.Length, Expected = digest, Labels = { ["a"] = "1" } });
            Assert.Equal(digest, made.Digest);
        }

        Assert.Equal(bytes, await Read(client, digest));
        Assert.Equal("1", client.Info(new InfoRequest { Digest = digest }, cancellationToken: Cancellation).Info.Labels["a"]);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => client.Status(new StatusRequest { Ref = id }, cancellationToken: Cancellation)).StatusCode);
        containerd.Ctr("-n", id, "content", "rm", digest).Succeeds();
    }

    [Fact]
    public async Task One_writer_at_a_time_has_a_reference_and_the_next_goes_on_where_it_stopped()
    {
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Content.ContentClient(channel.Calls);
        using (AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> first = client.Write(cancellationToken: Cancellation))
        {
            await Say(first, new WriteContentRequest { Action = WriteAction.Write, Ref = id, Data = ByteString.CopyFrom(bytes, 0, 1000) });
            using (AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> second = client.Write(cancellationToken: Cancellation))
            {
                RpcException refused = await Assert.ThrowsAsync<RpcException>(() => Say(second, new WriteContentRequest { Action = WriteAction.Stat, Ref = id }));
                Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
                Assert.Matches($"^ref {id} locked for .*since .*: unavailable$", refused.Status.Detail);
            }

            Assert.Equal(StatusCode.Unavailable, Assert.Throws<RpcException>(() => client.Abort(new AbortRequest { Ref = id }, cancellationToken: Cancellation)).StatusCode);
            await first.RequestStream.CompleteAsync();
            Assert.False(await first.ResponseStream.MoveNext(Cancellation));
        }

        using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> third = client.Write(cancellationToken: Cancellation);
        Assert.Equal(1000, (await Say(third, new WriteContentRequest { Action = WriteAction.Stat, Ref = id })).Offset);
        RpcException gap = await Assert.ThrowsAsync<RpcException>(() => Say(third, new WriteContentRequest { Action = WriteAction.Write, Offset = 2000, Data = ByteString.CopyFrom(bytes, 2000, 10) }));
        Assert.Equal(StatusCode.OutOfRange, gap.StatusCode);
        client.Abort(new AbortRequest { Ref = id }, cancellationToken: Cancellation);
    }

    [Fact]
    public async Task Twenty_writers_of_the_same_bytes_make_one_blob()
    {
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Content.ContentClient(channel.Calls);

        StatusCode[] ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            using AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write = client.Write(cancellationToken: Cancellation);
            try
            {
                await Say(write, new WriteContentRequest { Action = WriteAction.Commit, Ref = string.Create(CultureInfo.InvariantCulture, $"{id}-{number}"), Total = bytes.Length, Expected = digest, Data = ByteString.CopyFrom(bytes) });
                return StatusCode.OK;
            }
            catch (RpcException error)
            {
                return error.StatusCode;
            }
        }));

        Assert.Single(ends, end => end == StatusCode.OK);
        Assert.Equal(19, ends.Count(end => end == StatusCode.AlreadyExists));
        Assert.Equal(bytes, await Read(client, digest));
        Assert.Empty(client.ListStatuses(new ListStatusesRequest(), cancellationToken: Cancellation).Statuses);
        containerd.Ctr("-n", id, "content", "rm", digest).Succeeds();
    }

    [Fact]
    public async Task Bytes_are_on_the_disk_before_their_name_and_the_name_before_the_record()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "needs strace");
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
        string trace = Path.Combine(containerd.Root, $"{id}.strace");
        using (Process strace = Command.Start("strace", ["-f", "-y", "-p", containerd.ProcessId.ToString(CultureInfo.InvariantCulture), "-e", "trace=fsync,fdatasync,rename,renameat,renameat2", "-o", trace]))
        {
            // It says so on its stderr when it has every thread.
            Assert.Contains("attached", await strace.StandardError.ReadLineAsync(Cancellation), StringComparison.Ordinal);
            using var channel = new ContainerdChannel(containerd, id);
            using (AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write = new Content.ContentClient(channel.Calls).Write(cancellationToken: Cancellation))
            {
                await Say(write, new WriteContentRequest { Action = WriteAction.Commit, Ref = id, Total = bytes.Length, Expected = digest, Data = ByteString.CopyFrom(bytes) });
            }

            Command.Run("kill", "-INT", strace.Id.ToString(CultureInfo.InvariantCulture)).Succeeds();
            await strace.WaitForExitAsync(Cancellation);
        }

        string[] calls = await File.ReadAllLinesAsync(trace, Cancellation);
        int data = Array.FindIndex(calls, line => line.Contains("sync(", StringComparison.Ordinal) && line.Contains("/ingest/", StringComparison.Ordinal));
        int name = Array.FindIndex(calls, line => line.Contains("rename", StringComparison.Ordinal) && line.Contains(digest["sha256:".Length..], StringComparison.Ordinal));
        int folder = Array.FindIndex(calls, line => line.Contains("fsync(", StringComparison.Ordinal) && line.Contains("/blobs/sha256>", StringComparison.Ordinal));
        int record = Array.FindLastIndex(calls, line => line.Contains("sync(", StringComparison.Ordinal) && line.Contains("metadata.db-wal>", StringComparison.Ordinal));
        Assert.True(data >= 0 && data < name && name < folder && folder < record, string.Join('\n', calls));
        containerd.Ctr("-n", id, "content", "rm", digest).Succeeds();
    }

    private static async Task<WriteContentResponse> Say(AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> write, WriteContentRequest request)
    {
        await write.RequestStream.WriteAsync(request, Cancellation);
        Assert.True(await write.ResponseStream.MoveNext(Cancellation));
        return write.ResponseStream.Current;
    }

    private static async Task<byte[]> Read(Content.ContentClient client, string digest)
    {
        var all = new MemoryStream();
        using AsyncServerStreamingCall<ReadContentResponse> read = client.Read(new ReadContentRequest { Digest = digest }, cancellationToken: Cancellation);
        await foreach (ReadContentResponse part in read.ResponseStream.ReadAllAsync(Cancellation))
        {
            part.Data.WriteTo(all);
        }

        return all.ToArray();
    }
}
