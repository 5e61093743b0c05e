using System.Globalization;
using Wharf.Libcontainer.Cgroups;
using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// The child of a clone on its way to the container's program. It is the only thread of its process; it ends by an exec, or by
/// sending its error to the runtime. Its ways to where the two meet are here; ContainerChild.Init.cs makes a container,
/// ContainerChild.Become.cs takes the last steps of every process.
/// </summary>
internal sealed partial class ContainerChild(ChildSettings settings, CgroupEntrance cgroup)
{
    // What has to have its ids and offsets before the first process is in it.
    private const CloneFlags NamespacesBefore = CloneFlags.NewUser | CloneFlags.NewTime;

    /// <summary>The first process of a new container: steps 1 to 4 of <see cref="SyncMessage"/>.</summary>
    internal void RunInit() => Guard(() =>
    {
        settings.Own.Hide();
        using var proc = new ProcFiles();
        TraceStart();
        cgroup.Enter();
        settings.Scheduling.InsideCgroup(init: true);
        Timeline.Mark("in its cgroups");
        settings.Channel.Expect(SyncMessage.Go);
        CompleteInit(proc);
    });

    /// <summary>
    /// A process that goes into namespaces of others: joins them, clones again for the pid namespace, tells the grandchild's
    /// id, and is gone. The grandchild's parent is the runtime (CLONE_PARENT).
    /// </summary>
    internal void RunJoiner(bool init) => Guard(() =>
    {
        settings.Own.Hide();

        // Before it joins a mount namespace, whose /proc may be anything.
        using var proc = new ProcFiles();
        if (!init)
        {
            settings.Scheduling.BeforeCgroup();
        }

        TraceStart();
        cgroup.Enter();
        settings.Scheduling.InsideCgroup(init);
        settings.Channel.Expect(SyncMessage.Go);
        settings.Namespaces.Join();
        CloneFlags made = init ? settings.Namespaces.New & ~CloneFlags.NewCgroup : CloneFlags.None;
        if ((made & NamespacesBefore) is var before and not CloneFlags.None)
        {
            // At once, so that the clocks belong to the user namespace. What follows is made by its root.
            CurrentProcess.Unshare(before);
            settings.Channel.Send(SyncMessage.Unshared);
            settings.Channel.Expect(SyncMessage.Go);
            made &= ~before;
            BecomeRootInside();
        }

        int id = CurrentProcess.Clone(CloneFlags.Parent | made);
        if (id > 0)
        {
            settings.Channel.Send(SyncMessage.Pid, id.ToString(CultureInfo.InvariantCulture));
            CurrentProcess.Exit(0);
        }

        // What it cannot do for itself is done from outside, before its program is there.
        settings.Channel.Expect(SyncMessage.Go);
        if (init)
        {
            CompleteInit(proc, joined: true);
        }
        else
        {
            Guard(() => CompleteExec(proc));
        }
    });

    /// <summary>The runtime's user has no id in another user namespace; what is made there needs one.</summary>
    private void BecomeRootInside()
    {
        if (settings.Namespaces.ChangesUser)
        {
            CurrentProcess.SetIdentity(0, 0, null);
        }
    }

    private void TraceStart()
    {
        if (settings.Traced)
        {
            int id = CurrentProcess.Id;
            Trace(string.Create(CultureInfo.InvariantCulture, $"nsexec[{id}]: => nsexec container setup"));
            Trace(string.Create(CultureInfo.InvariantCulture, $"nsexec[{id}]: affinity: 0x{Scheduling.Affinity():x}"));
        }
    }

    /// <summary>A line for the log of the runtime.</summary>
    private void Trace(string line)
    {
        if (settings.Traced)
        {
            settings.Channel.Send(SyncMessage.Debug, line);
        }
    }

    private void Guard(Action steps)
    {
        try
        {
            steps();
        }
        catch (Exception error) when (error is ContainerException or SyscallException or IOException or UnauthorizedAccessException)
        {
            Report(error.Message);
        }
        catch (Exception error)
        {
            // A mistake of this program, which must not leave a half-made container to the runtime's crash handler.
            Report($"internal error: {error.GetType().Name}: {error.Message}");
        }

        CurrentProcess.Exit(1);
    }

    private void Report(string message)
    {
        try
        {
            settings.Channel.Send(SyncMessage.Error, message);
        }
        catch (Exception error) when (error is SyscallException or ObjectDisposedException)
        {
            // The runtime is gone already: the container's stderr is all that is left.
            using var stderr = new FileDescriptor(2, ownsHandle: false);
            Files.WriteText(stderr, message + "\n", "stderr");
        }
    }
}
