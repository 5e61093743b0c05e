using System.Text;
using Wharf.Linux;

namespace Wharf.Cli.Output;

/// <summary>Standard output or standard error, without System.Console, which would start a thread and touch the terminal.</summary>
#pragma warning disable CA1001 // The descriptor is the process's own, and outlives this.
internal sealed class TextOutput(int number)
#pragma warning restore CA1001
{
    private readonly FileDescriptor descriptor = new(number, ownsHandle: false);
    private readonly string name = number == 1 ? "standard output" : "standard error";

    internal bool IsTerminal => Terminal.Size(descriptor) is not null;

    internal FileDescriptor Descriptor => descriptor;

    internal void Line(string text) => Text(text + "\n");

    internal void Text(string text) => Bytes(Encoding.UTF8.GetBytes(text));

    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    internal void Bytes(ReadOnlySpan<byte> bytes)
    {
        try
        {
            // A terminal or pipe that somebody has made non-blocking takes it later.
            while (bytes.Length > 0)
            {
                if (Files.TryWrite(descriptor, bytes, name) is { } written)
                {
                    bytes = bytes[written..];
                }
                else
                {
                    Poll.Writable(descriptor);
                }
            }
        }
        catch (SyscallException error) when (error.Errno == Errno.EPIPE)
        {
            throw new BrokenPipeException();
        }
    }
}
