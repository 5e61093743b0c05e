using System.Globalization;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>The container's processes: ids as JSON, or the lines about them of the host's ps(1), which takes the options that follow the id.</summary>
internal static class PsCommand
{
    internal static readonly Flag[] Flags = [new("format", TakesValue: true, Letter: 'f', Help: "table or json") { Default = "\"table\"" }];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        arguments.Expect("ps", 1, int.MaxValue);
        string id = arguments.Operands[0];
        IReadOnlyList<int> processes = Container.Load(options.Root, id).Processes();
        switch (arguments.Value("format") ?? "table")
        {
            case "json":
                Streams.Output("[" + string.Join(',', processes) + "]\n");
                return 0;
            case "table":
                Streams.Output(Table(processes, arguments.Operands.Count > 1 ? [.. arguments.Operands.Skip(1)] : ["-ef"]));
                return 0;
            default:
                throw new ContainerException("invalid format option");
        }
    }

    private static string Table(IReadOnlyList<int> processes, string[] options)
    {
        string[] lines = Ask(options).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int column = lines.Length == 0 ? -1 : Array.IndexOf(Words(lines[0]), "PID");
        if (column < 0)
        {
            throw new ContainerException("couldn't find PID field in ps output");
        }

        HashSet<string> ids = [.. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))];
        return string.Concat(lines.Where((line, index) => index == 0 || (Words(line) is var words && words.Length > column && ids.Contains(words[column]))).Select(line => line + "\n"));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Ask(string[] options)
    {
        string program = Spawner.Find("ps") ?? throw new ContainerException("exec: \"ps\": executable file not found in $PATH");
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        {
            using var stderr = new FileDescriptor(2, ownsHandle: false);
            ChildProcess child;
            using (write)
            {
                child = Spawner.Start(new SpawnRequest { Path = program, Arguments = ["ps", .. options], Descriptors = [(write, 1), (stderr, 2)] });
            }

            using (child)
            {
                string text = System.Text.Encoding.UTF8.GetString(Streams.ReadToEnd(read, "ps"));
                int code = child.Wait().Code;
                return code == 0 ? text : throw new ContainerException($"ps {string.Join(' ', options)}: exit status {code}");
            }
        }
    }
}
