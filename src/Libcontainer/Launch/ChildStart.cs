using System.Globalization;
using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Network;
using Wharf.Libcontainer.Systemd;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>The runtime's side of <see cref="SyncMessage"/>: clones, prepares what a child cannot do for itself, and waits for it to be ready.</summary>
internal sealed class ChildStart : IDisposable
{
    private const int KillSignal = 9;
    private readonly SyncChannel channel;
    private readonly Action<string> warn;
    private int id;

    private ChildStart(SyncChannel channel, Action<string> warn)
    {
        this.channel = channel;
        this.warn = warn;
    }

    /// <summary>The host's id of the container's process.</summary>
    internal int Id => id;

    /// <summary>Clones; in the child this never returns. The unit is the scope of systemd that the cgroup is, if it is one.</summary>
    internal static ChildStart Clone(Func<SyncChannel, ChildSettings> prepare, Cgroup cgroup, string? unit, bool init, Action<string> warn, Action<string>? debug)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        var start = new ChildStart(new SyncChannel(ours, debug), warn);
        ChildSettings settings = prepare(new SyncChannel(theirs));
        start.channel.SetLimits = () => start.SetLimits(settings.Process);
        using CgroupEntrance entrance = cgroup.OpenEntrance();
        bool joins = !init || settings.Namespaces.TakesSecondClone;
        CloneFlags made = joins ? CloneFlags.None : settings.Namespaces.New & ~CloneFlags.NewCgroup;
        int child = entrance.Clone(made);
        if (child == 0)
        {
            Timeline.BecomeChild();
            Timeline.Mark("first line of the child");
            ours.Dispose();
            var process = new ContainerChild(settings, entrance);
            if (joins)
            {
                process.RunJoiner(init);
            }
            else
            {
                process.RunInit();
            }

            CurrentProcess.Exit(1);
        }

        theirs.Dispose();
        start.id = child;
        try
        {
            if (!entrance.Entered)
            {
                Attach(child, cgroup, unit, init);
            }

            if (!joins)
            {
                start.PrepareProcess(settings);
                settings.Born?.Invoke(child);
            }

            start.channel.Send(SyncMessage.Go);
            if (joins)
            {
                int joiner = child;
                bool hasUser = false;
                start.id = int.Parse(
                    start.channel.Expect(SyncMessage.Pid, SyncMessage.Unshared, _ =>
                    {
                        hasUser = start.PrepareNamespaces(settings);
                        start.channel.Send(SyncMessage.Go);
                    }),
                    CultureInfo.InvariantCulture);
                Processes.Wait(joiner);
                start.PrepareProcess(settings, hasUser);
                settings.Born?.Invoke(start.id);
                start.channel.Send(SyncMessage.Go);
            }

            return start;
        }
        catch
        {
            start.Abandon();
            throw;
        }
    }

    internal void AwaitMounted(HostSources sources) => channel.Expect(SyncMessage.Mounted, SyncMessage.Source, number =>
    {
        try
        {
            using FileDescriptor source = sources.Open(id, int.Parse(number, CultureInfo.InvariantCulture));
            channel.Send(SyncMessage.Go, attached: source);
        }
        catch (Exception error) when (error is SyscallException or ContainerException)
        {
            channel.Send(SyncMessage.Error, error.Message);
        }
    });

    internal void Continue() => channel.Send(SyncMessage.Go);

    internal void AwaitReady(Action<FileDescriptor> takeListener) => channel.Expect(SyncMessage.Ready, takeListener);

    /// <summary>Kills and reaps a child that did not come to be.</summary>
    internal void Abandon()
    {
        Processes.Signal(id, KillSignal);
        Processes.Wait(id);
    }

    public void Dispose() => channel.Dispose();

    /// <summary>By systemd, which may do what this user may not. An exec that nothing can move stays beside its container, as runc's does.</summary>
    private static void Attach(int child, Cgroup cgroup, string? unit, bool init)
    {
        if (unit is not null)
        {
            using SystemdUnits manager = SystemdUnits.Open();
            manager.AttachProcess(unit, child);
        }
        else if (init && cgroup.Pure)
        {
            throw new ContainerException($"unable to apply cgroup configuration: enter \"{cgroup.Paths[0]}\": permission denied");
        }
    }

    /// <summary>True when there is a new user namespace, which has its ids then.</summary>
    private bool PrepareNamespaces(ChildSettings settings)
    {
        bool hasUser = settings.Namespaces.New.HasFlag(CloneFlags.NewUser);
        if (hasUser)
        {
            IdMap.Write(id, settings.Spec.Linux?.UidMappings, settings.Spec.Linux?.GidMappings);
        }

        if (settings.TimeOffsets is { } offsets)
        {
            TimeOffsets.Write(id, offsets);
        }

        return hasUser;
    }

    private void PrepareProcess(ChildSettings settings, bool hasUser = false)
    {
        LinuxPlatform? linux = settings.Spec.Linux;
        if (settings.Namespaces.New.HasFlag(CloneFlags.NewUser) && !hasUser)
        {
            IdMap.Write(id, linux?.UidMappings, linux?.GidMappings);
        }

        if (settings.StartFifo is not null && linux?.NetDevices is { Count: > 0 } devices)
        {
            NetworkDevices.Move(devices, settings.Namespaces.PathOf(CloneFlags.NewNet) ?? $"/proc/{id}/ns/net");
        }

        if (settings.Process.OomScoreAdj is { } score)
        {
            try
            {
                Files.WriteText($"/proc/{id}/oom_score_adj", score.ToString(CultureInfo.InvariantCulture));
            }
            catch (SyscallException error) when (error.Errno is Errno.EACCES or Errno.EPERM)
            {
                warn($"oom_score_adj {score}: {ErrnoText.Of(error.Errno)}: left as it is");
            }
        }
    }

    private void SetLimits(Process process)
    {
        foreach (Rlimit limit in process.Rlimits ?? [])
        {
            try
            {
                Processes.SetLimit(id, ResourceLimitNames.Number(limit.Type), limit.Soft, limit.Hard, limit.Type);
            }
            catch (SyscallException error)
            {
                throw new ContainerException($"error setting rlimits for ready process: error setting rlimit type {limit.Type}: {ErrnoText.Of(error.Errno)}", error);
            }
        }
    }
}
