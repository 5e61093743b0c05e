using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Holds one port of the host, and carries what arrives there to the container. Nearly nothing does: the firewall translates
/// before a socket is looked for. It is for the IPv6 loopback, which the kernel lets nothing leave, for a container without an
/// address of the family that it is asked by, and for a daemon that may write no rules.
/// </summary>
internal sealed class PortForwarder : IDisposable
{
    private const int Backlog = 128;
    private const int LargestDatagram = 65535;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);
    private readonly Socket? socket;
    private readonly IPEndPoint target;
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<EndPoint, Socket> answers = new();

    /// <exception cref="SocketException">The port is not free, or the address not one of the host's.</exception>
    internal PortForwarder(string protocol, IpAddress host, ushort hostPort, IpAddress container, ushort containerPort)
    {
        Protocol = protocol;
        HostAddress = host;
        HostPort = hostPort;
        target = new IPEndPoint(new IPAddress(container.ToBytes()), containerPort);
        if (protocol == "sctp")
        {
            // A kernel path only: not every kernel has sockets for it.
            return;
        }

        bool datagrams = protocol == "udp";
        socket = new Socket(host.IsV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, datagrams ? SocketType.Dgram : SocketType.Stream, datagrams ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            if (host.IsV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(new IPAddress(host.ToBytes()), hostPort));
            if (!datagrams)
            {
                socket.Listen(Backlog);
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Running = datagrams ? CarryDatagramsAsync(socket) : AcceptAsync(socket);
    }

    internal string Protocol { get; }

    internal IpAddress HostAddress { get; }

    internal ushort HostPort { get; }

    /// <summary>Ends soon after <see cref="Dispose"/>; it never fails.</summary>
    internal Task Running { get; } = Task.CompletedTask;

    public void Dispose()
    {
        ended.Cancel();
        socket?.Dispose();
        foreach (Socket answer in answers.Values)
        {
            answer.Dispose();
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!ended.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(ended.Token).ConfigureAwait(false);
                _ = CarryAsync(client);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                if (error is not SocketException { SocketErrorCode: SocketError.ConnectionAborted or SocketError.TooManyOpenSockets })
                {
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
        {
            try
            {
                client.NoDelay = true;
                server.NoDelay = true;
                await server.ConnectAsync(target, ended.Token).ConfigureAwait(false);
                await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client)).ConfigureAwait(false);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // Whoever is left sees the connection end.
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[32 << 10];
        while (await from.ReceiveAsync(buffer, SocketFlags.None, ended.Token).ConfigureAwait(false) is > 0 and int length)
        {
            for (int sent = 0; sent < length;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), SocketFlags.None, ended.Token).ConfigureAwait(false);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private async Task CarryDatagramsAsync(Socket listener)
    {
        byte[] buffer = new byte[LargestDatagram];
        EndPoint any = new IPEndPoint(HostAddress.IsV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await listener.ReceiveFromAsync(buffer, SocketFlags.None, any, ended.Token).ConfigureAwait(false);
                if (!answers.TryGetValue(got.RemoteEndPoint, out Socket? server))
                {
                    server = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                    server.Connect(target);
                    answers[got.RemoteEndPoint] = server;
                    _ = AnswerAsync(listener, server, got.RemoteEndPoint);
                }

                await server.SendAsync(buffer.AsMemory(0, got.ReceivedBytes), SocketFlags.None, ended.Token).ConfigureAwait(false);
            }
            catch (SocketException) when (!ended.IsCancellationRequested)
            {
                // One datagram is lost: the container does not listen, or a client's port is closed.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket listener, Socket server, EndPoint client)
    {
        byte[] buffer = new byte[LargestDatagram];
        try
        {
            while (true)
            {
                using var silent = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                silent.CancelAfter(Silence);
                int length = await server.ReceiveAsync(buffer, SocketFlags.None, silent.Token).ConfigureAwait(false);
                await listener.SendToAsync(buffer.AsMemory(0, length), SocketFlags.None, client, ended.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            answers.TryRemove(client, out _);
            server.Dispose();
        }
    }
}
