using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>create and start, and unless detached, wait and delete.</summary>
internal static class RunCommand
{
    internal static IReadOnlyList<Flag> Flags =>
        
    [
        .. BundleArguments.Flags,
        new("detach", Letter: 'd', Help: "leave the container running and return"),
        new("keep", Help: "keep the container when its first process has ended"),
        new("no-subreaper", Help: "leave the container's orphans to the host's init"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("run");
        (string bundle, RuntimeSpec spec, CreateOptions create) = BundleArguments.Read(options, arguments);
        bool detach = arguments.Has("detach");
        if (!detach && !arguments.Has("no-subreaper"))
        {
            // Without a pid namespace of its own the container's orphans come to this process, which reaps them.
            CurrentProcess.BecomeSubreaper();
        }

        using ForegroundConsole? console = !detach && spec.Process!.Terminal == true ? ForegroundConsole.Open() : null;
        Container container = Container.Create(options.Root, id, bundle, spec, console is null ? create : create with { ConsoleSocket = console.SocketPath }, options.Log.Warning);
        using NotifySocket? notify = container.Listen(GlobalOptions.NotifySocket, options.Log.Warning);
        using Foreground? foreground = detach ? null : new Foreground(container.Record.InitPid, console) { Notify = notify };
        try
        {
            container.Start();
        }
        catch
        {
            container.Delete(force: true, options.Log.Warning);
            throw;
        }

        if (foreground is null)
        {
            notify?.Await(container.Record.InitPid);
            return 0;
        }

        int code = foreground.Await();
        Timeline.Mark("program ended");
        if (!arguments.Has("keep"))
        {
            container.Delete(force: true, options.Log.Warning);
        }

        return code;
    }
}
