using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class KillCommand
{
    internal static readonly Flag[] Flags = [new("all", Letter: 'a') { Hidden = true }];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        // Callers put --all behind the id and the signal as well.
        List<string> operands = [.. arguments.Operands.Where(word => word is not ("--all" or "-a"))];
        bool all = arguments.Has("all") || operands.Count < arguments.Operands.Count;
        if (operands.Count is 0 or > 2)
        {
            arguments.Expect("kill", 1, 2);
        }

        Container.Load(options.Root, operands[0]).Kill(SignalNames.Number(operands.Count > 1 ? operands[1] : "SIGTERM"), all);
        return 0;
    }
}
