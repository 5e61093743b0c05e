using Wharf.Libcontainer;
using Wharf.Libcontainer.Criu;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Makes a container from the image of a checkpoint, and unless detached, waits and deletes.</summary>
internal static class RestoreCommand
{
    internal static IReadOnlyList<Flag> Flags =>
    [
        .. CriuArguments.Flags,
        new("console-socket", TakesValue: true, Help: "unix socket that gets the master of the container's terminal"),
        new("bundle", TakesValue: true, Letter: 'b', Help: "the bundle's folder, if not the working directory"),
        new("detach", Letter: 'd', Help: "leave the container running and return"),
        new("pid-file", TakesValue: true, Help: "file that gets the id of the container's first process"),
        new("no-subreaper", Help: "leave the container's orphans to the host's init"),
        new("no-pivot", Help: "enter the root without pivot_root(2): for a root on a ramdisk"),
        new("lsm-profile", TakesValue: true, Help: "security profile of the processes: TYPE:NAME"),
        new("lsm-mount-context", TakesValue: true, Help: "security label of the mounts"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("restore");
        string bundle = Path.GetFullPath(CriuArguments.Given(arguments, "bundle") ?? ".");
        RuntimeSpec spec = Bundle.Read(bundle, out byte[] document);
        bool detach = arguments.Has("detach");
        var restore = new RestoreOptions
        {
            Criu = CriuArguments.Read(options, arguments),
            ConsoleSocket = CriuArguments.Given(arguments, "console-socket"),
            PidFile = CriuArguments.Given(arguments, "pid-file"),
            SpecDocument = document,
            Notifies = GlobalOptions.NotifySocket is not null,
            SystemdCgroup = options.SystemdCgroup,
            RootlessCgroups = options.RootlessCgroups,
            LsmProfile = CriuArguments.Given(arguments, "lsm-profile"),
            LsmMountContext = CriuArguments.Given(arguments, "lsm-mount-context"),
        };
        if (!detach && !arguments.Has("no-subreaper"))
        {
            CurrentProcess.BecomeSubreaper();
        }

        using ForegroundConsole? console = !detach && spec.Process!.Terminal == true ? ForegroundConsole.Open() : null;
        Container container = Container.Restore(
            options.Root, id, bundle, spec, console is null ? restore : restore with { ConsoleSocket = console.SocketPath }, options.Log.Warning, options.Log.Debug ?? (_ => { }));
        if (detach)
        {
            return 0;
        }

        using var foreground = new Foreground(container.Record.InitPid, console);
        int code = foreground.Await();
        container.Delete(force: true, options.Log.Warning);
        return code;
    }
}
