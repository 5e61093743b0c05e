using Wharf.Linux;
using Wharf.Shim.Bootstrap;
using Wharf.Shim.Rpc;
using Wharf.Shim.Sandboxes;
using Wharf.Shim.Tasks;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>The server that "start" leaves behind: one thread, one loop, until containerd shuts it down.</summary>
internal sealed class ShimServer
{
    private const int BrokenPipe = 13;
    private const int AnswerMilliseconds = 1000;
    private const int EventsMilliseconds = 60_000;
    private readonly EventLoop loop;
    private readonly EventPublisher publisher;
    private readonly RuntimeChildren children;
    private readonly SandboxService sandboxes;
    private readonly TaskTable tasks;

    private ShimServer(EventLoop loop, ShimContext context)
    {
        this.loop = loop;
        publisher = context.Publisher;
        children = context.Children;
        tasks = new TaskTable(context);
        sandboxes = new SandboxService(tasks, End);
        var services = new ServiceTable(new TaskService(tasks, EndWithoutSandbox), sandboxes, context.Log);
        _ = new TtrpcListener(loop, new FileDescriptor(StartCommand.ListenerNumber), services, publisher, context.Log);
    }

    internal static void Run(ShimOptions options)
    {
        CurrentProcess.IgnoreSignal(BrokenPipe);
        CurrentProcess.BecomeSubreaper();
        var log = new ShimLog(Directory.GetCurrentDirectory());
        using MountNamespace mounts = MountNamespace.Enter();
        using var loop = new EventLoop(error => log.Warning(error.Message));
        var publisher = new EventPublisher(loop, options.EventAddress, options.Namespace, log);
        var server = new ShimServer(loop, new ShimContext(loop, publisher, log, options.Namespace, mounts, new RuntimeChildren()));
        using var reaper = new ChildReaper(loop, server.Exited);
        loop.Run();
        if (options.Socket.Length > 0)
        {
            File.Delete(options.Socket);
        }
    }

    private void Exited(int pid, ExitStatus status)
    {
        if (!children.Exited(pid, status) && !sandboxes.Exited(pid, status) && !tasks.Exited(pid, status))
        {
            children.Keep(pid, status);
        }
    }

    private void EndWithoutSandbox(PendingCall call)
    {
        if (sandboxes.Active)
        {
            call.Answer(new ProtoWriter());
        }
        else
        {
            End(call);
        }
    }

    /// <summary>
    /// Once all that has happened is told, so that whoever has the answer knows it. containerd may be away just now: then the
    /// answer does not wait for it, and the end does for a while.
    /// </summary>
    private void End(PendingCall call)
    {
        publisher.WhenTold(() =>
        {
            call.Answer(new ProtoWriter());
            loop.End();
        });
        loop.After(AnswerMilliseconds, () => call.Answer(new ProtoWriter()));
        loop.After(EventsMilliseconds, loop.End);
    }
}
