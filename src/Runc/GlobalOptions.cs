using Wharf.Libcontainer;
using Wharf.Libcontainer.Rootless;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc;

/// <summary>What stands before the command, or among its flags.</summary>
internal sealed record GlobalOptions(string Root, bool RootGiven, RuntimeLog Log, bool SystemdCgroup, bool? Rootless, string Criu)
{
    /// <summary>Those that a command takes as well.</summary>
    internal static readonly Flag[] Flags =
    [
        new("debug", Help: "log the steps"),
        new("log", TakesValue: true, Help: "file for log lines, in place of stderr"),
        new("log-format", TakesValue: true, Help: "text or json") { Default = "\"text\"" },
        new("root", TakesValue: true, Help: "folder of the containers' state, best on a tmpfs") { Default = "\"/run/runc\"" },
        new("systemd-cgroup", Help: "cgroups by systemd; cgroupsPath is \"slice:prefix:name\" then"),
        new("rootless", TakesValue: true, Help: "whether rights over cgroups may be missing: true, false or auto") { Default = "\"auto\"" },
        new("criu", TakesValue: true) { Hidden = true },
        new("timing") { Hidden = true },
    ];

    /// <summary>Where a service tells that it is ready, when the caller is one: sd_notify(3).</summary>
    internal static string? NotifySocket => Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } address ? address : null;

    internal static readonly Flag Help = new("help", Letter: 'h', Help: "show help");

    internal static readonly Flag Version = new("version", Letter: 'v', Help: "print the version");

    /// <summary>Whether this runtime may lack rights over cgroups: without a word on it, whoever is not root of the machine. Root of a user namespace has them only somewhere.</summary>
    internal bool RootlessCgroups => Rootless ?? (CurrentProcess.EffectiveUserId != 0 || UserNamespaceView.IsForeign);

    /// <summary>A command's mention of a flag counts more than the program's.</summary>
    internal static GlobalOptions From(Arguments program, Arguments? command)
    {
        string? Value(string name) => command?.Value(name) ?? program.Value(name);
        string? given = Value("root");
        string root = given is not null ? Path.GetFullPath(given.Length == 0 ? "." : given) : UserRoot() ?? "/run/runc";
        if (root == "/")
        {
            throw new ContainerException("Option --root argument should not be set to /");
        }

        string format = Value("log-format") is { Length: > 0 } word ? word : "text";
        if (format is not ("text" or "json"))
        {
            throw new ContainerException($"invalid log-format: {format}");
        }

        return new GlobalOptions(root, given is not null, RuntimeLog.Open(Value("log"), format == "json", Value("debug") == "true"), Value("systemd-cgroup") == "true", RootlessOf(Value("rootless")), Value("criu") is { Length: > 0 } criu ? criu : "criu");
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
            throw new ContainerException($"the path in $XDG_RUNTIME_DIR must be writable by the user: {error.Message}", error);
        }
    }

    /// <summary>Null for "auto".</summary>
    private static bool? RootlessOf(string? text) => text switch
    {
        null or "" or "auto" => null,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new ContainerException($"invalid value \"{text}\" for flag -rootless: it is none of true, false, auto"),
    };
}
