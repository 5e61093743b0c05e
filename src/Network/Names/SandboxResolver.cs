using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Wharf.Linux;
using Wharf.Network.Addresses;

namespace Wharf.Network.Names;

/// <summary>
/// Answers the questions of one container, at 127.0.0.11 of its namespace. The sockets have a port of the kernel's choice, which a rule
/// leads port 53 to: the container may want that for a server of its own.
/// </summary>
internal sealed class SandboxResolver : IAsyncDisposable
{
    /// <summary>What resolv.conf of a container names.</summary>
    internal const string Address = "127.0.0.11";
    private const int LargestQuery = 4096;
    private const int StreamBacklog = 16;
    private readonly string id;
    private readonly NameTable names;
    private readonly AnswerCache cache;
    private readonly FileDescriptor network;
    private readonly FileDescriptor process;
    private readonly Socket datagrams;
    private readonly Socket streams;
    private readonly Upstreams upstreams;
    private readonly CancellationTokenSource ended = new();
    private readonly Task running;

    private SandboxResolver(string id, NameTable names, AnswerCache cache, NamespaceEntry entry, FileDescriptor host, FileDescriptor network, FileDescriptor process, Socket datagrams, Socket streams)
    {
        this.id = id;
        this.names = names;
        this.cache = cache;
        this.network = network;
        this.process = process;
        this.datagrams = datagrams;
        this.streams = streams;
        upstreams = new Upstreams(entry, network, host);
        running = Task.WhenAll(AnswerDatagramsAsync(), AcceptAsync());
    }

    /// <summary>The number of the process that it was opened through.</summary>
    internal int ProcessId { get; private init; }

    /// <summary>Readable when the container's process has ended.</summary>
    internal FileDescriptor Process => process;

    /// <exception cref="IOException">The container is gone, or the kernel refuses.</exception>
    internal static async Task<SandboxResolver> OpenAsync(NamedContainer container, NameTable names, AnswerCache cache, NamespaceEntry entry, FileDescriptor host)
    {
        FileDescriptor process = Processes.Open(container.Process) ?? throw new IOException($"open process {container.Process} of container \"{container.Id}\": it has ended");
        FileDescriptor? network = null;
        try
        {
            network = Files.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/{container.Process}/ns/net"), OpenFlags.ReadOnly);
            (Socket datagrams, Socket streams) = await entry.RunAsync(network, Listen).ConfigureAwait(false);
            return new SandboxResolver(container.Id, names, cache, entry, host, network, process, datagrams, streams) { ProcessId = container.Process };
        }
        catch
        {
            network?.Dispose();
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync().ConfigureAwait(false);
        datagrams.Dispose();
        streams.Dispose();
        await running.ConfigureAwait(false);
        network.Dispose();
        process.Dispose();
        ended.Dispose();
    }

    private static (Socket Datagrams, Socket Streams) Listen()
    {
        var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            datagrams.Bind(new IPEndPoint(IPAddress.Parse(Address), 0));
            streams.Bind(new IPEndPoint(IPAddress.Parse(Address), 0));
            streams.Listen(StreamBacklog);
            int datagramPort = ((IPEndPoint)datagrams.LocalEndPoint!).Port;
            int streamPort = ((IPEndPoint)streams.LocalEndPoint!).Port;
            Nftables.Run(string.Create(CultureInfo.InvariantCulture, $$"""
                add table ip wharf-names
                delete table ip wharf-names
                table ip wharf-names {
                    chain output {
                        type nat hook output priority -100; policy accept;
                        ip daddr {{Address}} udp dport 53 dnat to {{Address}}:{{datagramPort}}
                        ip daddr {{Address}} tcp dport 53 dnat to {{Address}}:{{streamPort}}
                    }
                }

                """));
            return (datagrams, streams);
        }
        catch
        {
            datagrams.Dispose();
            streams.Dispose();
            throw;
        }
    }

    private async Task AnswerDatagramsAsync()
    {
        byte[] buffer = new byte[LargestQuery];
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await datagrams.ReceiveFromAsync(buffer, SocketFlags.None, any, ended.Token).ConfigureAwait(false);
                ReadOnlyMemory<byte> query = buffer.AsMemory(0, got.ReceivedBytes);
                if (DnsMessage.ReadQuery(query.Span) is not { } question)
                {
                    continue;
                }

                if (AnswerOwn(question, query.Span) is { } answer)
                {
                    await datagrams.SendToAsync(answer, SocketFlags.None, got.RemoteEndPoint, ended.Token).ConfigureAwait(false);
                }
                else
                {
                    // Others' questions do not wait for it.
                    _ = PassOnAsync(question, query.ToArray(), got.RemoteEndPoint);
                }
            }
            catch (SocketException) when (!ended.IsCancellationRequested)
            {
                // The one who asked is gone.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task PassOnAsync(DnsMessage question, byte[] query, EndPoint client)
    {
        try
        {
            byte[] answer = await AskOthersAsync(question, query, overStream: false).ConfigureAwait(false);
            await datagrams.SendToAsync(answer, SocketFlags.None, client, ended.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The one who asked is gone, or the container.
        }
    }

    private async Task AcceptAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                Socket client = await streams.AcceptAsync(ended.Token).ConfigureAwait(false);
                _ = AnswerStreamAsync(client);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionAborted)
            {
                // The next one.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task AnswerStreamAsync(Socket client)
    {
        using (client)
        {
            try
            {
                while (await StreamFrame.ReadAsync(client, ended.Token).ConfigureAwait(false) is { } query && DnsMessage.ReadQuery(query) is { } question)
                {
                    byte[] answer = AnswerOwn(question, query) ?? await AskOthersAsync(question, query, overStream: true).ConfigureAwait(false);
                    await StreamFrame.WriteAsync(client, answer, ended.Token).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The one who asked is gone.
            }
        }
    }

    /// <summary>Null when it is not about a container.</summary>
    private byte[]? AnswerOwn(DnsMessage question, ReadOnlySpan<byte> query)
    {
        if (names.Find(id) is not { } container)
        {
            return question.Refuse(query, DnsMessage.ServerFailure);
        }

        if (question.Type == DnsMessage.TypePtr)
        {
            return question.PointedAt() is { } address && names.Resolve(container, address) is { } name ? question.Pointer(query, name) : null;
        }

        if (names.Resolve(container, question.Name) is not { } addresses)
        {
            return null;
        }

        // A name that is a container's is nobody else's, of whatever type.
        bool wantsV6 = question.Type == DnsMessage.TypeAaaa;
        IpAddress[] fitting = question.Type is DnsMessage.TypeA or DnsMessage.TypeAaaa ? [.. addresses.Where(one => one.IsV6 == wantsV6)] : [];
        Random.Shared.Shuffle(fitting);
        return question.Addresses(query, fitting);
    }

    private async Task<byte[]> AskOthersAsync(DnsMessage question, byte[] query, bool overStream)
    {
        if (names.Find(id) is not { HasOutside: true, Servers.Count: > 0 } container)
        {
            // CVE-2024-29018: a container that cannot reach the outside does not ask it either.
            return question.Refuse(query, DnsMessage.ServerFailure);
        }

        string servers = string.Join(' ', container.Servers);
        if (!overStream && cache.Find(servers, question) is { } kept)
        {
            return kept;
        }

        byte[]? answer = await upstreams.AskAsync(container.Servers, question, query, overStream, ended.Token).ConfigureAwait(false);
        if (answer is null)
        {
            return question.Refuse(query, DnsMessage.ServerFailure);
        }

        if (!overStream)
        {
            cache.Keep(servers, question, answer);
        }

        return answer;
    }
}
