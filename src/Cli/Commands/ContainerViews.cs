using System.Globalization;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>Commands that show something of one container.</summary>
internal static class ContainerViews
{
    /// <summary>Where graphs can be drawn, `top` needs no container.</summary>
    private static bool AtTerminal => Linux.Terminal.Size(new Linux.FileDescriptor(0, ownsHandle: false)) is not null && Linux.Terminal.Size(new Linux.FileDescriptor(1, ownsHandle: false)) is not null;

    internal static Command Top() => new()
    {
        Usage = "CONTAINER [ps OPTIONS]",
        Summary = "Display the running processes of a container",
        Paths = ["container top", "top"],
        Least = AtTerminal ? 0 : 1,
        Interspersed = false,
        Run = call =>
        {
            if (call.Arguments.Count == 0)
            {
                return LiveTop.Run(call);
            }

            using EngineResponse response = call.Session.Client.Send("GET", new Query(Routes.Container(call.Arguments[0]) + "/top").AddIf("ps_args", string.Join(' ', call.Arguments.Skip(1))).ToString());
            JsonElement answer = response.ReadJson();
            IEnumerable<string> rows = answer.Items("Processes").Select(process => string.Join('\t', process.Items().Select(cell => cell.ToString())));
            call.Session.Output.Text(Table.Format([string.Join('\t', answer.Texts("Titles")), .. rows], 20));
            return 0;
        },
    };

    internal static Command Diff() => new()
    {
        Usage = "CONTAINER",
        Summary = "Inspect changes to files or directories on a container's filesystem",
        Paths = ["container diff", "diff"],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            using EngineResponse response = call.Session.Client.Send("GET", Routes.Container(call.Arguments[0]) + "/changes");
            foreach (JsonElement change in response.ReadJson().Items())
            {
                string kind = change.Number("Kind") switch { 0 => "C", 1 => "A", _ => "D" };
                call.Session.Output.Line($"{kind} {change.Text("Path")}");
            }

            return 0;
        },
    };

    internal static Command Port() => new()
    {
        Usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
        Summary = "List port mappings or a specific mapping for the container",
        Paths = ["container port", "port"],
        Least = 1,
        Most = 2,
        Run = call =>
        {
            JsonElement ports = AttachCommand.Inspect(call.Session, call.Arguments[0]).Find("NetworkSettings").Find("Ports");
            string? wanted = call.Arguments.Count > 1 ? call.Arguments[1].Contains('/', StringComparison.Ordinal) ? call.Arguments[1] : call.Arguments[1] + "/tcp" : null;
            bool any = false;
            foreach (JsonProperty port in ports.Properties().OrderBy(port => port.Name, StringComparer.Ordinal).Where(port => wanted is null || port.Name == wanted))
            {
                foreach (JsonElement binding in port.Value.Items())
                {
                    any = true;
                    string host = binding.Text("HostIp") is var address && address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
                    call.Session.Output.Line($"{(wanted is null ? port.Name + " -> " : "")}{host}:{binding.Text("HostPort")}");
                }
            }

            return any || wanted is null ? 0 : throw new CommandException($"Error: No public port '{call.Arguments[1]}' published for {call.Arguments[0]}");
        },
    };

    internal static Command Export() => new()
    {
        Usage = "[OPTIONS] CONTAINER",
        Summary = "Export a container's filesystem as a tar archive",
        Paths = ["container export", "export"],
        Flags = [new("output", 'o', FlagType.Text, "Write to a file, instead of STDOUT")],
        Least = 1,
        Most = 1,
        Run = call => ArchiveOutput.Copy(call, () => call.Session.Client.Send("GET", Routes.Container(call.Arguments[0]) + "/export")),
    };

    internal static Command Prune() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Remove all stopped containers",
        Paths = ["container prune"],
        Flags =
        [
            new("filter", '\0', FlagType.Filter, "Provide filter values (e.g. \"until=<timestamp>\")"),
            new("force", 'f', FlagType.Switch, "Do not prompt for confirmation"),
        ],
        Most = 0,
        Run = call =>
        {
            Confirmation.Ask(call, "WARNING! This will remove all stopped containers.");
            PruneCalls.Print(call.Session, PruneCalls.Containers(call.Session, call.Flags.All("filter")));
            return 0;
        },
    };
}
