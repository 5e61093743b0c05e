using System.Globalization;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class ExecCommand
{
    internal static readonly Flag[] Flags =
    [
        new("console-socket", TakesValue: true, Help: "unix socket that gets the master of the process's terminal"),
        new("pidfd-socket", TakesValue: true, Help: "unix socket that gets a pidfd of the process"),
        new("cwd", TakesValue: true, Help: "working directory in the container"),
        new("env", TakesValue: true, Letter: 'e', Help: "NAME=value, added to the environment") { Repeats = true },
        new("tty", Letter: 't', Help: "give the process a terminal"),
        new("user", TakesValue: true, Letter: 'u', Help: "numbers of user and group: UID[:GID]"),
        new("additional-gids", TakesValue: true, Letter: 'g', Help: "number of one more group") { Value = "int", Repeats = true },
        new("process", TakesValue: true, Letter: 'p', Help: "file with the process as in config.json, in place of a command"),
        new("detach", Letter: 'd', Help: "leave the process running and return"),
        new("pid-file", TakesValue: true, Help: "file that gets the process's id"),
        new("process-label", TakesValue: true, Help: "SELinux label of the process"),
        new("apparmor", TakesValue: true, Help: "AppArmor profile of the process"),
        new("no-new-privs", Help: "the process gains no privileges by an exec; =false takes the setting away"),
        new("cap", TakesValue: true, Letter: 'c', Help: "capability that the process has besides") { Repeats = true },
        new("preserve-fds", TakesValue: true, Help: "how many descriptors from 3 on are passed on, after those of $LISTEN_FDS") { Value = "int", Default = "0" },
        new("cgroup", TakesValue: true, Help: "existing cgroup below the container's: [CONTROLLER,…:]PATH") { Repeats = true },
        new("ignore-paused", Help: "start the process even in a paused container"),
        new("no-subreaper") { Hidden = true },
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        arguments.Expect("exec", 1, int.MaxValue);
        Container container = Container.Load(options.Root, arguments.Operands[0]);
        Process process = ProcessOf(arguments, container.Record.Spec);
        Bundle.Check(process);
        InheritedDescriptors inherited = InheritedDescriptors.Of(arguments);
        process = inherited.Environment.Count == 0 ? process : process with { Env = [.. process.Env ?? [], .. inherited.Environment] };
        bool detach = arguments.Has("detach");
        using ForegroundConsole? console = !detach && process.Terminal == true && arguments.Value("console-socket") is null ? ForegroundConsole.Open() : null;
        int id = container.Exec(
            process,
            new ExecOptions
            {
                ConsoleSocket = console?.SocketPath ?? (arguments.Value("console-socket") is { Length: > 0 } socket ? socket : null),
                PidFile = arguments.Value("pid-file") is { Length: > 0 } file ? file : null,
                Debug = options.Log.Debug,
                IgnorePaused = arguments.Has("ignore-paused"),
                PreserveDescriptors = inherited.Count,
                PidfdSocket = arguments.Value("pidfd-socket") is { Length: > 0 } pidfd ? pidfd : null,
                Cgroups = CgroupsOf(arguments.Values("cgroup")),
            },
            options.Log.Warning);
        if (detach)
        {
            return 0;
        }

        using var foreground = new Foreground(id, console);
        return foreground.Await();
    }

    /// <summary>The process document of --process, or the container's own process changed by the flags.</summary>
    private static Process ProcessOf(Arguments arguments, RuntimeSpec spec)
    {
        if (arguments.Value("process") is { Length: > 0 } path)
        {
            try
            {
                return SpecReader.Process(File.ReadAllBytes(path)) ?? throw new ContainerException($"\"{path}\" is empty");
            }
            catch (JsonException error)
            {
                throw new ContainerException($"\"{path}\": {error.Message}", error);
            }
        }

        if (arguments.Operands.Count < 2)
        {
            throw new ContainerException("exec args cannot be empty");
        }

        Process own = spec.Process!;
        IReadOnlyList<string> added = arguments.Values("cap");
        return own with
        {
            Args = [.. arguments.Operands.Skip(1)],
            Terminal = arguments.Has("tty"),
            Cwd = arguments.Value("cwd") is { Length: > 0 } cwd ? cwd : own.Cwd,
            Env = [.. own.Env ?? [], .. arguments.Values("env")],
            NoNewPrivileges = arguments.Value("no-new-privs") is null ? own.NoNewPrivileges : arguments.Has("no-new-privs"),
            ApparmorProfile = arguments.Value("apparmor") is { Length: > 0 } profile ? profile : own.ApparmorProfile,
            SelinuxLabel = arguments.Value("process-label") is { Length: > 0 } label ? label : own.SelinuxLabel,
            User = UserOf(arguments, own.User ?? new User()),
            Capabilities = added.Count == 0 ? own.Capabilities : With(own.Capabilities ?? new Capabilities(), added),
        };
    }

    private static User UserOf(Arguments arguments, User own)
    {
        User user = own;
        if (arguments.Value("user") is { Length: > 0 } given)
        {
            string[] parts = given.Split(':');
            user = user with { Uid = Id(parts[0], "uid"), Gid = parts.Length > 1 ? Id(parts[1], "gid") : own.Gid };
        }

        IReadOnlyList<string> groups = arguments.Values("additional-gids");
        return groups.Count == 0 ? user : user with { AdditionalGids = [.. own.AdditionalGids ?? [], .. groups.Select(group => Id(group, "gid"))] };
    }

    private static uint Id(string text, string what) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id <= int.MaxValue ? id : throw new ContainerException($"bad {what}: \"{text}\" is not a number from 0 to {int.MaxValue}");

    private static Capabilities With(Capabilities own, IReadOnlyList<string> added) => own with
    {
        Bounding = [.. own.Bounding ?? [], .. added],
        Effective = [.. own.Effective ?? [], .. added],
        Permitted = [.. own.Permitted ?? [], .. added],

        // The kernel keeps an ambient capability only beside the inheritable one, which a flag does not give.
        Ambient = own.Inheritable is null ? own.Ambient : [.. own.Ambient ?? [], .. added],
    };

    /// <summary>"PATH" on v2; on v1 "CONTROLLER[,CONTROLLER]:PATH", more than once.</summary>
    private static Dictionary<string, string> CgroupsOf(IReadOnlyList<string> flags)
    {
        var paths = new Dictionary<string, string>();
        foreach (string flag in flags)
        {
            int colon = flag.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 && flags.Count > 1)
            {
                throw new ContainerException($"invalid --cgroup argument: {flag} (missing <controller>: prefix)");
            }

            foreach (string controller in colon < 0 ? [""] : flag[..colon].Split(','))
            {
                if (colon >= 0 && controller.Length == 0)
                {
                    throw new ContainerException($"invalid --cgroup argument: {flag} (empty <controller> prefix)");
                }

                if (!paths.TryAdd(controller, flag[(colon + 1)..]))
                {
                    throw new ContainerException($"invalid --cgroup argument(s): controller {controller} specified multiple times");
                }
            }
        }

        return paths;
    }
}
