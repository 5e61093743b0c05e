using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Linux;

namespace Wharf.Cli.Terminals;

/// <summary>Asks the user for a line.</summary>
internal static class Prompt
{
    private const int LongestLine = 4096;

    internal static string Ask(Session session, string question) => Read(session, question, silent: false);

    /// <summary>What is typed is not shown.</summary>
    internal static string AskSecret(Session session, string question) => Read(session, question, silent: true);

    /// <summary>All of standard input.</summary>
    internal static string ReadToEnd()
    {
        using var input = new FileDescriptor(0, ownsHandle: false);
        var text = new MemoryStream();
        byte[] buffer = new byte[LongestLine];
        for (int count = Files.Read(input, buffer, "standard input"); count > 0; count = Files.Read(input, buffer, "standard input"))
        {
            text.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string Read(Session session, string question, bool silent)
    {
        using var input = new FileDescriptor(0, ownsHandle: false);
        TerminalMode before = TerminalMode.Of(input) ?? throw new CommandException("error: cannot perform an interactive login from a non-TTY device");
        session.Output.Text(question);
        using var watch = new SignalWatch();
        watch.On(SignalNames.Interrupt, got =>
        {
            before.Apply(input);
            CurrentProcess.Exit(128 + got);
        });
        try
        {
            if (silent)
            {
                before.Silent().Apply(input);
            }

            byte[] line = new byte[LongestLine];
            return Encoding.UTF8.GetString(line, 0, Files.Read(input, line, "standard input")).TrimEnd('\r', '\n');
        }
        finally
        {
            before.Apply(input);
        }
    }
}
