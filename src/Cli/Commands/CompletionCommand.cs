using Wharf.Cli.CommandLine;
using Wharf.Cli.Completion;
using Wharf.Cli.Output;

namespace Wharf.Cli.Commands;

/// <summary>Scripts that make a shell ask this program what may follow, and the answers.</summary>
internal static class CompletionCommand
{
    /// <summary>The first word of a shell's question; the rest are the words so far, the last one unfinished.</summary>
    internal const string Request = "__complete";

    internal const string RequestPlain = "__completeNoDesc";

    internal static Command Build() => new()
    {
        Usage = "bash|zsh|fish",
        Summary = "Generate the autocompletion script for the specified shell",
        Paths = ["completion"],
        Flags = [new("no-descriptions", '\0', FlagType.Switch, "disable completion descriptions")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            string request = call.Flags.Is("no-descriptions") ? RequestPlain : Request;
            call.Session.Output.Text(CompletionScript.Of(call.Arguments[0], Session.Program, request) ?? throw new CommandException($"unsupported shell type \"{call.Arguments[0]}\": must be one of bash, zsh, fish"));
            return 0;
        },
    };

    /// <summary>A line for each candidate, a tab before its description; the last line is the directive: ":0" files too, ":4" nothing else.</summary>
    internal static int Answer(Session session, IReadOnlyList<string> words, bool described)
    {
        (IReadOnlyList<Candidate> candidates, bool files) = new CompletionQuestion(session, words).Answer();
        foreach (Candidate candidate in candidates)
        {
            session.Output.Line(described && candidate.Description.Length > 0 ? $"{candidate.Text}\t{candidate.Description}" : candidate.Text);
        }

        session.Output.Line(files ? ":0" : ":4");
        return 0;
    }
}
