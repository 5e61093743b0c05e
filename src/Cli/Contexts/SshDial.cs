using System.Net.Sockets;
using Wharf.Linux;

namespace Wharf.Cli.Contexts;

/// <summary>Connections to an engine on another machine: each is an ssh(1) whose standard streams `system dial-stdio` joins to the engine there.</summary>
internal sealed class SshDial(Uri remote)
{
    /// <exception cref="IOException">There is no ssh program.</exception>
    internal Socket Open()
    {
        string program = Spawner.Find("ssh") ?? throw new IOException("exec: \"ssh\": executable file not found in $PATH");
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.StreamPair();
        using var error = new FileDescriptor(2, ownsHandle: false);
        using (theirs)
        {
            // It ends when its streams do; what it says on standard error is for the user.
            Spawner.Start(new SpawnRequest
            {
                Path = program,
                Arguments = ["ssh", .. Arguments(remote)],
                Descriptors = [(theirs, 0), (theirs, 1), (error, 2)],
                NewSession = false,
                NewProcessGroup = false,
            }).Dispose();
        }

        var handle = new SafeSocketHandle(ours.DangerousGetHandle(), ownsHandle: true);
        ours.SetHandleAsInvalid();
        return new Socket(handle);
    }

    internal static IReadOnlyList<string> Arguments(Uri remote)
    {
        var arguments = new List<string>();
        if (remote.UserInfo.Length > 0)
        {
            arguments.AddRange(["-l", Quote(Uri.UnescapeDataString(remote.UserInfo))]);
        }

        if (!remote.IsDefaultPort)
        {
            arguments.AddRange(["-p", remote.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        string path = Uri.UnescapeDataString(remote.AbsolutePath);
        string host = path.Trim('/').Length > 0 ? Quote($"--host=unix://{path}") + " " : "";
        arguments.AddRange(["-o ConnectTimeout=30", "-T", "--", Quote(remote.Host), $"docker {host}system dial-stdio"]);
        return arguments;
    }

    /// <summary>One word for a POSIX shell.</summary>
    private static string Quote(string word) =>
        word.All(letter => char.IsAsciiLetterOrDigit(letter) || "%+,-./:=@_".Contains(letter, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
