using System.Text;
using Wharf.Cli.CommandLine;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

/// <summary>Asks before something is removed that was not named, unless --force says so.</summary>
internal static class Confirmation
{
    internal static void Ask(Invocation call, string warning)
    {
        if (call.Flags.Is("force"))
        {
            return;
        }

        AskPlain(call, $"{warning}\nAre you sure you want to continue?");
    }

    /// <exception cref="CommandException">The answer is not yes.</exception>
    internal static void AskPlain(Invocation call, string question)
    {
        call.Session.Output.Text($"{question} [y/N] ");
        using var input = new FileDescriptor(0, ownsHandle: false);
        byte[] answer = new byte[64];
        int count = Files.Read(input, answer, "standard input");
        if (Encoding.UTF8.GetString(answer, 0, count).Trim() is not ("y" or "Y"))
        {
            // Declined is no failure.
            throw new CommandException("", 0);
        }
    }
}
