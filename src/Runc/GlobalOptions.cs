using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc;

/// <summary>What stands before the command.</summary>
internal sealed record GlobalOptions(string Root, RuntimeLog Log, bool HasLogFile, bool SystemdCgroup)
{
    internal static readonly Flag[] Flags =
    [
        new("root", TakesValue: true), new("log", TakesValue: true), new("log-format", TakesValue: true), new("debug"),
        new("systemd-cgroup"), new("rootless", TakesValue: true), new("criu", TakesValue: true), new("help", Letter: 'h'), new("version", Letter: 'v'),
    ];

    internal static GlobalOptions From(Arguments arguments)
    {
        string root = arguments.Value("root") is { Length: > 0 } given ? given
            : CurrentProcess.EffectiveUserId != 0 && Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "runc")
            : "/run/runc";
        string? log = arguments.Value("log") is { Length: > 0 } path ? path : null;
        string format = arguments.Value("log-format") ?? "text";
        if (format is not ("text" or "json"))
        {
            throw new UsageException($"invalid log-format: {format}");
        }

        return new GlobalOptions(Path.GetFullPath(root), new RuntimeLog(log, format == "json", arguments.Has("debug")), log is not null, arguments.Has("systemd-cgroup"));
    }
}
