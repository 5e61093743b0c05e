using Wharf.Cli.CommandLine;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

/// <summary>Joins the standard streams to the engine's connection: what an ssh:// address runs on the machine of the engine.</summary>
internal static class DialCommand
{
    internal static Command Build() => new()
    {
        Usage = "",
        Summary = "Proxy the stdio stream to the daemon connection. Should not be invoked manually.",
        Paths = ["system dial-stdio"],
        Most = 0,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        using HijackedStream connection = call.Session.Client.Dial();
        var upload = new Thread(() => Upload(connection)) { IsBackground = true };
        upload.Start();
        byte[] buffer = new byte[64 * 1024];
        for (int count = connection.Read(buffer); count > 0; count = connection.Read(buffer))
        {
            call.Session.Output.Bytes(buffer.AsSpan(0, count));
        }

        return 0;
    }

    private static void Upload(HijackedStream connection)
    {
        using var input = new FileDescriptor(0, ownsHandle: false);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int count = Files.Read(input, buffer, "standard input"); count > 0; count = Files.Read(input, buffer, "standard input"))
            {
                connection.Write(buffer.AsSpan(0, count));
            }
        }
        catch (IOException)
        {
            // The engine has closed: the other direction says so.
        }

        connection.CloseWrite();
    }
}
