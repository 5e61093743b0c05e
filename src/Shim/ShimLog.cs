using System.Text;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>Lines for containerd's log, through the fifo "log" of the bundle; nobody may be reading it.</summary>
internal sealed class ShimLog(string bundle)
{
    internal void Warning(string message)
    {
        try
        {
            using FileDescriptor fifo = Files.Open(Path.Combine(bundle, "log"), OpenFlags.WriteOnly | OpenFlags.NonBlocking);
            string time = DateTimeOffset.UtcNow.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
            Files.Write(fifo, Encoding.UTF8.GetBytes($"time=\"{time}\" level=warning msg=\"{message.Replace('"', '\'').Replace('\n', ' ')}\"\n"), "log");
        }
        catch (SyscallException)
        {
            // No reader, or a full pipe: a log line never stops a container.
        }
    }
}
