using Wharf.Cli.Output;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Streams;

/// <summary>
/// A container's streams joined to ours: what is read here is written there by a thread of its own, what comes from there is
/// written here by the caller. Two threads, because either direction may stand still while the other goes on.
/// </summary>
internal sealed class Attachment(Session session, HijackedStream stream, AttachmentOptions options) : IDisposable
{
    private readonly FileDescriptor input = new(0, ownsHandle: false);
    private RawTerminal? raw;
    private volatile bool detached;

    /// <summary>Takes the terminal, and begins to pass on what is typed.</summary>
    internal void Begin()
    {
        if (!options.Input)
        {
            return;
        }

        if (options.Tty)
        {
            raw = RawTerminal.Enter(input);
        }

        new Thread(PassInput, 256 * 1024) { IsBackground = true }.Start();
    }

    /// <summary>Puts the terminal back; from any thread.</summary>
    internal void Restore() => raw?.Dispose();

    /// <summary>Until the container's streams end: false when the user has detached.</summary>
    internal bool CopyOutput()
    {
        try
        {
            if (options.Tty)
            {
                Span<byte> buffer = stackalloc byte[16 * 1024];
                for (int count = stream.Read(buffer); count > 0; count = stream.Read(buffer))
                {
                    if (options.Output)
                    {
                        session.Output.Bytes(buffer[..count]);
                    }
                }
            }
            else
            {
                StreamFrames.Copy(stream.Read, Write);
            }
        }
        catch (IOException) when (detached)
        {
            // We have closed it ourselves.
        }
        finally
        {
            Restore();
        }

        return !detached;
    }

    public void Dispose()
    {
        Restore();
        stream.Dispose();
    }

    private void Write(bool isError, ReadOnlySpan<byte> bytes)
    {
        if (isError ? options.Error : options.Output)
        {
            (isError ? session.Error : session.Output).Bytes(bytes);
        }
    }

    private void PassInput()
    {
        byte[] buffer = new byte[32 * 1024];
        try
        {
            for (int count = ReadInput(buffer); count > 0; count = ReadInput(buffer))
            {
                ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
                if (options.Keys is { } keys)
                {
                    (byte[] pass, bool detach) = keys.Take(bytes);
                    bytes = pass;
                    if (detach)
                    {
                        stream.Write(bytes);
                        detached = true;
                        stream.Abort();
                        return;
                    }
                }

                stream.Write(bytes);
            }

            stream.CloseWrite();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The container takes no more input: its end is told by the other direction.
        }
    }

    private int ReadInput(byte[] buffer)
    {
        while (true)
        {
            if (Files.TryRead(input, buffer, "standard input") is { } count)
            {
                return count;
            }

            Poll.Readable(-1, input);
        }
    }
}
