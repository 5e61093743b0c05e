using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Hooks;
using Wharf.Libcontainer.Resctrl;
using Wharf.Libcontainer.Systemd;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>A container below a root folder: the operations of runtime-spec, "Operations". One file each: Container.Create.cs and so on.</summary>
internal sealed partial class Container
{
    /// <summary>The version of runtime-spec that is implemented.</summary>
    public const string SpecVersion = "1.3.0";

    private const int KillSignal = 9;
    private readonly StateDirectory directory;
    private ContainerRecord record;
    private Cgroup? cgroup;

    private Container(StateDirectory directory, ContainerRecord record)
    {
        this.directory = directory;
        this.record = record;
    }

    public ContainerRecord Record => record;

    /// <summary>Found once: it takes a reading of the host's mounts.</summary>
    private Cgroup OwnCgroup => cgroup ??= Cgroup.Recorded(record.CgroupPaths, record.RootlessCgroups);

    private bool HasOwnPid => record.Spec.Linux?.Namespaces?.Any(one => one.Type == "pid" && one.Path is null or "") == true;

    /// <summary>Loads a container; an error when there is none of that id.</summary>
    public static Container Load(string root, string id)
    {
        var directory = new StateDirectory(root, id);
        return new Container(directory, directory.Load());
    }

    /// <summary>What it does now, from its process, its fifo and its freezer.</summary>
    public ContainerStatus Status()
    {
        if (record.InitPid == 0 ? !record.Creating : ProcessTable.StartOf(record.InitPid) != record.InitStart)
        {
            return ContainerStatus.Stopped;
        }

        return record.Creating ? ContainerStatus.Creating
            : File.Exists(directory.Fifo) ? ContainerStatus.Created
            : OwnCgroup.Frozen() ? ContainerStatus.Paused
            : ContainerStatus.Running;
    }

    /// <summary>The state document of runtime-spec.</summary>
    public State State() => StateOf(Status().ToString().ToLowerInvariant(), record.InitPid);

    public IReadOnlyList<int> Processes() => record.CgroupPaths.Count > 0 ? OwnCgroup.Processes()
        : throw new ContainerException("unable to get all container pids: cgroups not configured for container");

    public void Pause()
    {
        if (Status() is not (ContainerStatus.Running or ContainerStatus.Created))
        {
            throw new ContainerException("container not running or created: " + Status().ToString().ToLowerInvariant());
        }

        OwnCgroup.Freeze(true);
    }

    public void Resume()
    {
        if (Status() != ContainerStatus.Paused)
        {
            throw new ContainerException("container not paused");
        }

        OwnCgroup.Freeze(false);
    }

    /// <summary>Changes limits of a running container, and writes down what has been changed.</summary>
    public void Update(Resources resources)
    {
        if (Status() == ContainerStatus.Stopped)
        {
            throw new ContainerException("container not running");
        }

        if (record.SystemdUnit is { } unit && OwnCgroup.Pure)
        {
            using SystemdUnits manager = SystemdUnits.Open();
            manager.SetProperties(unit, [.. UnitProperties.Of(resources)]);
        }

        OwnCgroup.Apply(resources, withDevices: false);
        LinuxPlatform linux = record.Spec.Linux ?? new LinuxPlatform();
        record = record with { Spec = record.Spec with { Linux = linux with { Resources = ChangedResources.Of(linux.Resources ?? new Resources(), resources) } }, SpecDocument = null };
        directory.Save(record);
    }

    /// <summary>Signals the first process, or all; a stopped container is an error.</summary>
    public void Kill(int signal, bool all)
    {
        ContainerStatus status = Status();
        if (signal == KillSignal && !HasOwnPid && record.CgroupPaths.Count > 0 && OwnCgroup.Processes() is { Count: > 0 } left && !left.Contains(CurrentProcess.Id))
        {
            // Without a pid namespace of its own nothing ends with the first process, and what is left would be nobody's.
            OwnCgroup.Kill();
            return;
        }

        if (all && record.CgroupPaths.Count > 0)
        {
            foreach (int id in OwnCgroup.Processes())
            {
                Linux.Processes.Signal(id, signal);
            }

            return;
        }

        if (status == ContainerStatus.Stopped || record.InitPid == 0 || !Linux.Processes.Signal(record.InitPid, signal))
        {
            throw new ContainerException("container not running");
        }

        if (status == ContainerStatus.Paused && signal == KillSignal)
        {
            // A frozen process on cgroup v1 dies only when it is thawed.
            OwnCgroup.Freeze(false);
        }
    }

    /// <summary>Removes what is left of a stopped container; of a living one with force, after killing it.</summary>
    public void Delete(bool force, Action<string> warn)
    {
        ContainerStatus status = Status();
        if (status is ContainerStatus.Created && !force)
        {
            force = true;
        }

        if (status != ContainerStatus.Stopped)
        {
            if (!force)
            {
                throw new ContainerException($"cannot delete container {record.Id} that is not stopped: {status.ToString().ToLowerInvariant()}");
            }

            KillAndAwait();
        }

        Destroy(warn);
    }

    private void KillAndAwait()
    {
        if (record.InitPid == 0)
        {
            // A create that was killed before it had a process, or a restore with criu at work in the cgroup.
            OwnCgroup.Kill();
            return;
        }

        using FileDescriptor? process = Linux.Processes.Open(record.InitPid);
        if (!Linux.Processes.Signal(record.InitPid, KillSignal))
        {
            // It has ended since its status was read: no less than what was wanted.
            return;
        }

        if (Status() == ContainerStatus.Paused)
        {
            // A frozen process on cgroup v1 dies only when it is thawed.
            OwnCgroup.Freeze(false);
        }

        AwaitEnd(process);
    }

    private void AwaitEnd(FileDescriptor? process)
    {
        if (process is not null && !Poll.Readable(10_000, process)[0])
        {
            throw new ContainerException($"container init {record.InitPid} still running");
        }
    }

    private void Destroy(Action<string> warn)
    {
        if (!HasOwnPid || record.Creating)
        {
            // Without a pid namespace of its own nothing ends with the first process, and a killed restore leaves its criu.
            OwnCgroup.Kill();
        }

        RemoveGroups();
        new HookRunner("poststop").RunAll(record.Spec.Hooks?.Poststop, StateOf("stopped", 0), warn);
        directory.Remove();
    }

    private void RemoveGroups()
    {
        if (record.SystemdUnit is { } unit)
        {
            using SystemdUnits manager = SystemdUnits.Open();
            manager.StopUnit(unit);
        }

        OwnCgroup.Remove();
        if (record.Spec.Linux?.IntelRdt is { } settings && ResctrlMount.Find() is { } root)
        {
            new ResctrlGroup(settings, record.Id, root).Remove();
        }
    }

    private State StateOf(string status, int pid) => new()
    {
        OciVersion = record.Spec.OciVersion.Length > 0 ? record.Spec.OciVersion : SpecVersion,
        Id = record.Id,
        Status = status,
        Pid = status == "stopped" ? 0 : pid,
        Bundle = record.Bundle,
        Annotations = record.Spec.Annotations,
    };
}
