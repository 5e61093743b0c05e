using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class PsCommand
{
    internal static readonly Flag[] Flags = [new("format", TakesValue: true, Letter: 'f')];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.Operands.Count > 0 ? arguments.Operands[0] : throw new UsageException("\"ps\" requires a minimum of 1 argument");
        IReadOnlyList<int> processes = Container.Load(options.Root, id).Processes();
        string format = arguments.Value("format") ?? "table";
        if (format == "json")
        {
            Streams.Output("[" + string.Join(',', processes) + "]\n");
            return 0;
        }

        if (format != "table")
        {
            throw new UsageException("invalid format option");
        }

        Streams.Output("UID          PID    PPID  C STIME TTY          TIME CMD\n");
        foreach (int process in processes)
        {
            Streams.Output(ProcessLine.Of(process));
        }

        return 0;
    }
}
