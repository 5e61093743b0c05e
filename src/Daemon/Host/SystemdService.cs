using System.Globalization;
using System.Net.Sockets;

namespace Wharf.Daemon.Host;

/// <summary>What a service manager hands to a daemon and wants to hear of it: sd_listen_fds(3), sd_notify(3).</summary>
internal static class SystemdService
{
    private const int FirstDescriptor = 3;

    /// <summary>The sockets that wait already, by number and name; empty when there are none for this process.</summary>
    internal static IReadOnlyList<(int Number, string Name)> Sockets()
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return [];
        }

        string[] names = (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") ?? "").Split(':');
        return [.. Enumerable.Range(0, count).Select(index => (FirstDescriptor + index, index < names.Length ? names[index] : ""))];
    }

    /// <summary>Says how the daemon stands, such as "READY=1"; nobody may listen.</summary>
    internal static void Tell(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } path)
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

            // "@" begins a name that is no path.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path));
            socket.Send(System.Text.Encoding.ASCII.GetBytes(state));
        }
        catch (SocketException error)
        {
            Console.Error.WriteLine($"wharfd: notify \"{path}\": {error.Message}");
        }
    }
}
