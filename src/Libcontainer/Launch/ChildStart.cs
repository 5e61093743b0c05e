using System.Globalization;
using Wharf.Libcontainer.Cgroups;
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

    /// <summary>Clones; in the child this never returns.</summary>
    internal static ChildStart Clone(Func<SyncChannel, ChildSettings> prepare, Cgroup cgroup, bool init, Action<string> warn)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        var start = new ChildStart(new SyncChannel(ours), warn);
        ChildSettings settings = prepare(new SyncChannel(theirs));
        using CgroupEntrance entrance = cgroup.OpenEntrance();
        bool joins = !init || settings.Namespaces.JoinsPid || settings.Namespaces.JoinsUser;
        CloneFlags made = joins ? CloneFlags.None : settings.Namespaces.New & ~CloneFlags.NewCgroup;
        int child = entrance.Clone(made);
        if (child == 0)
        {
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
            if (!joins)
            {
                start.PrepareProcess(settings);
            }

            start.channel.Send(SyncMessage.Go);
            if (joins)
            {
                int joiner = child;
                start.id = int.Parse(start.channel.Expect(SyncMessage.Pid), CultureInfo.InvariantCulture);
                Processes.Wait(joiner);
                start.PrepareProcess(settings);
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

    internal void AwaitMounted() => channel.Expect(SyncMessage.Mounted);

    internal void Continue() => channel.Send(SyncMessage.Go);

    internal void AwaitReady() => channel.Expect(SyncMessage.Ready);

    /// <summary>Kills and reaps a child that did not come to be.</summary>
    internal void Abandon()
    {
        Processes.Signal(id, KillSignal);
        Processes.Wait(id);
    }

    public void Dispose() => channel.Dispose();

    private void PrepareProcess(ChildSettings settings)
    {
        LinuxPlatform? linux = settings.Spec.Linux;
        if (settings.Namespaces.New.HasFlag(CloneFlags.NewUser))
        {
            WriteMappings(linux?.UidMappings, "uid_map");
            WriteMappings(linux?.GidMappings, "gid_map");
        }

        foreach (Rlimit limit in settings.Process.Rlimits ?? [])
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

    private void WriteMappings(IReadOnlyList<IdMapping>? mappings, string file)
    {
        if (mappings is { Count: > 0 })
        {
            Files.WriteText($"/proc/{id}/{file}", string.Join('\n', mappings.Select(mapping => $"{mapping.ContainerID} {mapping.HostID} {mapping.Size}")) + "\n");
        }
    }
}
