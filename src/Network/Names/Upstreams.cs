using System.Net;
using System.Net.Sockets;
using Wharf.Linux;

namespace Wharf.Network.Names;

/// <summary>
/// Passes questions on. All servers are asked at once and the first sound answer is taken, so a server that is silent delays
/// nothing. They are asked from the container's namespace, by its routes; those on the host's loopback from the host's.
/// </summary>
internal sealed class Upstreams(NamespaceEntry entry, FileDescriptor container, FileDescriptor host)
{
    private const int LargestAnswer = 65535;
    private const int Port = 53;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Null when nobody answers.</summary>
    internal async Task<byte[]?> AskAsync(IReadOnlyList<string> servers, DnsMessage question, ReadOnlyMemory<byte> query, bool overStream, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        List<Task<byte[]?>> asked = [.. servers.Select(server => AskOneAsync(server, question, query, overStream, patience.Token))];
        byte[]? failure = null;
        while (asked.Count > 0)
        {
            Task<byte[]?> first = await Task.WhenAny(asked).ConfigureAwait(false);
            asked.Remove(first);
            if (await first.ConfigureAwait(false) is not { } answer)
            {
                continue;
            }

            if ((answer[3] & 15) is DnsMessage.NoError or DnsMessage.NameError)
            {
                await patience.CancelAsync().ConfigureAwait(false);
                return answer;
            }

            failure ??= answer;
        }

        return failure;
    }

    private async Task<byte[]?> AskOneAsync(string server, DnsMessage question, ReadOnlyMemory<byte> query, bool overStream, CancellationToken cancellation)
    {
        IPAddress address = IPAddress.Parse(server);
        bool isHosts = IPAddress.IsLoopback(address);
        return await AskOneAsync(isHosts ? host : container, address, question, query, overStream, cancellation).ConfigureAwait(false)
            ?? (isHosts || address.AddressFamily == AddressFamily.InterNetwork || cancellation.IsCancellationRequested ? null

                // A container without IPv6 reaches no such server, but its host may.
                : await AskOneAsync(host, address, question, query, overStream, cancellation).ConfigureAwait(false));
    }

    private async Task<byte[]?> AskOneAsync(FileDescriptor network, IPAddress address, DnsMessage question, ReadOnlyMemory<byte> query, bool overStream, CancellationToken cancellation)
    {
        try
        {
            var target = new IPEndPoint(address, Port);
            using Socket socket = await entry.RunAsync(
                network,
                () => new Socket(address.AddressFamily, overStream ? SocketType.Stream : SocketType.Dgram, overStream ? ProtocolType.Tcp : ProtocolType.Udp)).ConfigureAwait(false);
            await socket.ConnectAsync(target, cancellation).ConfigureAwait(false);
            return overStream
                ? await StreamFrame.AskAsync(socket, query, cancellation).ConfigureAwait(false)
                : await DatagramAsync(socket, question, query, cancellation).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or IOException)
        {
            // As good as silent.
            return null;
        }
    }

    private static async Task<byte[]?> DatagramAsync(Socket socket, DnsMessage question, ReadOnlyMemory<byte> query, CancellationToken cancellation)
    {
        await socket.SendAsync(query, SocketFlags.None, cancellation).ConfigureAwait(false);
        byte[] buffer = new byte[LargestAnswer];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation).ConfigureAwait(false);

            // What answers another question is forged, or late.
            if (DnsMessage.Read(buffer.AsSpan(0, length)) is { } answer && answer.Id == question.Id && answer.Name == question.Name && answer.Type == question.Type)
            {
                return buffer[..length];
            }
        }
    }
}
