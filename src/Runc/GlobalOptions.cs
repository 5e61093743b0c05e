using Wharf.Libcontainer.Rootless;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc;

/// <summary>What stands before the command.</summary>
internal sealed record GlobalOptions(string Root, RuntimeLog Log, bool HasLogFile, bool SystemdCgroup, bool? Rootless, string Criu)
{
    internal static readonly Flag[] Flags =
    [
        new("root", TakesValue: true), new("log", TakesValue: true), new("log-format", TakesValue: true), new("debug"),
        new("systemd-cgroup"), new("rootless", TakesValue: true), new("criu", TakesValue: true), new("help", Letter: 'h'), new("version", Letter: 'v'), new("timing"),
    ];

    /// <summary>Whether this runtime may lack rights over cgroups: without a word on it, whoever is not root of the machine. Root of a user namespace has them only somewhere.</summary>
    internal bool RootlessCgroups => Rootless ?? (CurrentProcess.EffectiveUserId != 0 || UserNamespaceView.IsForeign);

    internal static GlobalOptions From(Arguments arguments)
    {
        string root = arguments.Value("root") is { Length: > 0 } given ? given : UserRoot() ?? "/run/runc";
        string? log = arguments.Value("log") is { Length: > 0 } path ? path : null;
        string format = arguments.Value("log-format") ?? "text";
        if (format is not ("text" or "json"))
        {
            throw new UsageException($"invalid log-format: {format}");
        }

        return new GlobalOptions(Path.GetFullPath(root), new RuntimeLog(log, format == "json", arguments.Has("debug")), log is not null, arguments.Has("systemd-cgroup"), RootlessOf(arguments.Value("rootless")), arguments.Value("criu") is { Length: > 0 } criu ? criu : "criu");
    }

    /// <summary>
    /// Where a user's containers are: below XDG_RUNTIME_DIR, sticky, so that nobody cleans it up as unused. Root of the machine keeps
    /// /run/runc, whatever the variable says.
    /// </summary>
    private static string? UserRoot()
    {
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is not { Length: > 0 } folder
            || (CurrentProcess.EffectiveUserId == 0 && (!UserNamespaceView.IsForeign || Environment.GetEnvironmentVariable("USER") == "root")))
        {
            return null;
        }

        string root = Path.Combine(folder, "runc");
        try
        {
            Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.StickyBit);
            return root;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the path in $XDG_RUNTIME_DIR must be writable by the user: {error.Message}");
        }
    }

    /// <summary>Null for "auto".</summary>
    private static bool? RootlessOf(string? text) => text switch
    {
        null or "" or "auto" => null,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new UsageException($"invalid value \"{text}\" for flag -rootless: it is none of true, false, auto"),
    };
}
