using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class UpdateCommand
{
    private static readonly string[] Changeable =
    [
        "blkio-weight", "cpu-period", "cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "memory", "memory-reservation",
        "memory-swap", "pids-limit", "restart",
    ];

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Update configuration of one or more containers",
        Paths = ["container update", "update"],
        Flags = [.. RunFlags.All.Where(flag => Changeable.Contains(flag.Name)).Select(Reworded)],
        Least = 1,
        Run = Run,
    };

    /// <summary>The help of update has words of its own for some.</summary>
    private static Flag Reworded(Flag flag) => flag.Name switch
    {
        "restart" => flag with { Default = "" },
        "cpu-rt-period" => flag with { Description = "Limit the CPU real-time period in microseconds" },
        "cpu-rt-runtime" => flag with { Description = "Limit the CPU real-time runtime in microseconds" },
        "memory-swap" => flag with { Description = "Swap limit equal to memory plus swap: -1 to enable unlimited swap" },
        _ => flag,
    };

    private static int Run(Invocation call)
    {
        if (!Changeable.Any(call.Flags.Has))
        {
            throw new CommandException("you must provide one or more flags when using this command");
        }

        ReadOnlyMemory<byte> body;
        try
        {
            body = CreateBody.WriteUpdate(call.Flags);
        }
        catch (InvalidSettingException error)
        {
            throw new CommandException(error.Message);
        }

        var warnings = new List<string>();
        int code = EachArgument.Do(call, name =>
        {
            using EngineResponse response = call.Session.Client.Send("POST", Routes.Container(name) + "/update", RequestContent.Json(body));
            JsonElement answer = response.ReadJson();
            warnings.AddRange(answer.Texts("Warnings"));
            return name;
        });
        foreach (string warning in warnings)
        {
            call.Session.Error.Line(warning);
        }

        return code;
    }
}
