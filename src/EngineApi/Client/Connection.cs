using System.Net.Security;
using System.Net.Sockets;

namespace Wharf.EngineApi.Client;

/// <summary>One connection: bytes out, bytes in through a buffer, either half closed on its own.</summary>
internal sealed class Connection(Socket socket, SslStream? protection) : IDisposable
{
    private readonly byte[] buffer = new byte[16 * 1024];
    private int start;
    private int end;

    /// <summary>Whether an answer has been read on it before: the engine may have closed it since.</summary>
    internal bool Used { get; set; }

    /// <summary>False when the engine has closed it, or has sent what nobody asked for.</summary>
    internal bool IsFresh => start == end && !socket.Poll(0, SelectMode.SelectRead);

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (protection is not null)
        {
            protection.Write(bytes);
            return;
        }

        while (bytes.Length > 0)
        {
            int count = socket.Send(bytes, SocketFlags.None, out SocketError error);
            if (error is not (SocketError.Success or SocketError.Interrupted))
            {
                throw new IOException($"write to engine: {new SocketException((int)error).Message}");
            }

            bytes = bytes[count..];
        }
    }

    /// <summary>Up to a buffer of bytes; 0 when the engine has closed its half.</summary>
    internal int Read(Span<byte> bytes)
    {
        if (start < end)
        {
            int count = Math.Min(bytes.Length, end - start);
            buffer.AsSpan(start, count).CopyTo(bytes);
            start += count;
            return count;
        }

        return ReadThrough(bytes);
    }

    /// <summary>One byte, or −1 at the end.</summary>
    internal int ReadByte()
    {
        if (start == end)
        {
            start = 0;
            end = 0;
            end = ReadThrough(buffer);
            if (end == 0)
            {
                return -1;
            }
        }

        return buffer[start++];
    }

    /// <summary>Why the other side refused this connection, with a place for the request; null when it did not.</summary>
    internal string? Refusal(IOException error)
    {
        if (protection is null)
        {
            return null;
        }

        if (TlsHandshake.Explain(error) is { } words)
        {
            return words;
        }

        try
        {
            // A write that failed because the other side has closed: its alert says why, and is still to be read.
            protection.ReadByte();
            return null;
        }
        catch (IOException alert)
        {
            return TlsHandshake.Explain(alert);
        }
    }

    internal void CloseWrite()
    {
        try
        {
            if (protection is not null)
            {
                protection.ShutdownAsync().GetAwaiter().GetResult();
            }
            else
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The engine was quicker: closed is closed.
        }
    }

    internal void Abort()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Ended already.
        }
    }

    public void Dispose()
    {
        protection?.Dispose();
        socket.Dispose();
    }

    private int ReadThrough(Span<byte> bytes)
    {
        if (protection is not null)
        {
            return protection.Read(bytes);
        }

        while (true)
        {
            int count = socket.Receive(bytes, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                return count;
            }

            if (error != SocketError.Interrupted)
            {
                throw new IOException($"read from engine: {new SocketException((int)error).Message}");
            }
        }
    }
}
