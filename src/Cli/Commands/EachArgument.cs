using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Commands;

/// <summary>Does the same to every argument: an error of one does not stop the others, but is the code in the end.</summary>
internal static class EachArgument
{
    /// <param name="call">With the arguments.</param>
    /// <param name="action">What is printed for an argument; null prints nothing.</param>
    internal static int Do(Invocation call, Func<string, string?> action)
    {
        int code = 0;
        foreach (string argument in call.Arguments)
        {
            try
            {
                if (action(argument) is { } line)
                {
                    call.Session.Output.Line(line);
                }
            }
            catch (Exception error) when (EntryPoint.IsExpected(error) || error is CommandException)
            {
                call.Session.Error.Line(EntryPoint.Describe(error));
                code = 1;
                if (error is EngineApi.Client.UnreachableException)
                {
                    return code;
                }
            }
        }

        return code;
    }

    /// <summary>As <see cref="Do"/>, but errors are said together at the end.</summary>
    internal static int DoThenReport(Invocation call, Func<string, string?> action)
    {
        var errors = new List<string>();
        foreach (string argument in call.Arguments)
        {
            try
            {
                if (action(argument) is { } line)
                {
                    call.Session.Output.Line(line);
                }
            }
            catch (Exception error) when (EntryPoint.IsExpected(error) || error is CommandException)
            {
                errors.Add(EntryPoint.Describe(error));
            }
        }

        return errors.Count == 0 ? 0 : throw new CommandException(string.Join('\n', errors));
    }
}
