using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Criu;
using Wharf.Libcontainer.Hooks;
using Wharf.Libcontainer.Launch;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Network;
using Wharf.Libcontainer.Rootless;
using Wharf.Libcontainer.Resctrl;
using Wharf.Libcontainer.Seccomp;
using Wharf.Libcontainer.Systemd;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>
    /// Makes a container up to the point where its program would be executed. Everything that was made is removed when a step
    /// fails.
    /// </summary>
    public static Container Create(string root, string id, string bundle, RuntimeSpec spec, CreateOptions options, Action<string> warn)
    {
        Timeline.Mark("config.json read");
        CheckConsole(spec.Process!, options.ConsoleSocket);
        return Make(
            root,
            id,
            bundle,
            spec,
            options,
            (container, unit) => container.Launch(container.OwnCgroup, unit, container.record.Rootfs, options, warn),
            warn);
    }

    /// <summary>The folder and the record of a new container, then the rest.</summary>
    private static Container Make(string root, string id, string bundle, RuntimeSpec spec, CreateOptions options, Action<Container, UnitName?> complete, Action<string> warn)
    {
        var directory = new StateDirectory(root, id);
        string rootfs = Path.GetFullPath(Path.Combine(bundle, spec.Root!.Path));
        if (!Directory.Exists(rootfs))
        {
            throw new ContainerException($"rootfs \"{rootfs}\": no such file or directory");
        }

        RootlessSpec.Check(spec);
        UnitName? unit = options.SystemdCgroup ? UnitName.Of(spec.Linux?.CgroupsPath, id, SystemdUnits.User) : null;
        Cgroup cgroup = unit is null ? Cgroup.Of(spec, id, options.RootlessCgroups) : Cgroup.At(PlaceOf(unit), options.RootlessCgroups);
        if (unit is not null && options.RootlessCgroups && !cgroup.Pure)
        {
            throw new ContainerException("cannot use rootless systemd cgroups manager on cgroup v1");
        }

        Timeline.Mark("cgroup hierarchies found");
        directory.CheckFree();
        cgroup.CheckUnused();
        directory.Create(root);
        Timeline.Mark("state directory made");
        var container = new Container(directory, new ContainerRecord
        {
            Id = id,
            Created = DateTimeOffset.UtcNow,
            Bundle = bundle,
            Rootfs = rootfs,
            Owner = CurrentProcess.EffectiveUserId,
            CgroupPaths = cgroup.Paths,
            RootlessCgroups = options.RootlessCgroups,
            SystemdUnit = unit?.Name,
            Spec = options.Notifies ? NotifySocket.Mount(spec, directory.Notify) : spec,
            SpecDocument = options.Notifies ? null : options.SpecDocument,
            Creating = true,
        })
        {
            cgroup = cgroup,
        };
        try
        {
            // Whoever deletes what a killed create has left finds it by this.
            directory.Save(container.record);
            if (options.Notifies)
            {
                directory.MakeNotify();
            }

            complete(container, unit);
            return container;
        }
        catch
        {
            try
            {
                container.RemoveGroups();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ContainerException or SyscallException)
            {
                // The reason why the container was not made is worth more than this one.
                warn($"remove cgroup of \"{id}\": {error.Message}");
            }

            directory.Remove();
            throw;
        }
    }

    private void MakeCgroup(Cgroup own, UnitName? unit, Resources resources, Action<string> warn)
    {
        try
        {
            own.Create(resources, enableControllers: unit is null, named: unit is not null || record.Spec.Linux?.CgroupsPath is { Length: > 0 });
        }
        catch (Exception error) when (error is ContainerException or SyscallException)
        {
            throw new ContainerException($"unable to apply cgroup configuration: {error.Message}", error);
        }

        own.Apply(resources, withDevices: true);
        record = record with { CgroupPaths = own.Paths };
        if (own.Paths.Count == 0 && !HasOwnPid)
        {
            warn("Creating a rootless container with no cgroup and no private pid namespace: its processes cannot all be killed");
        }
    }

    private static string PlaceOf(UnitName unit)
    {
        using SystemdUnits manager = SystemdUnits.Open();
        return manager.ControlGroup() + unit.Path;
    }

    private static void CheckConsole(Process process, string? socket)
    {
        if (process.Terminal == true && socket is null)
        {
            throw new ContainerException("cannot allocate tty if runc will detach without setting console socket");
        }

        if (process.Terminal != true && socket is not null)
        {
            throw new ContainerException("cannot use console socket if runc will not detach or allocate tty");
        }
    }

    private void Launch(Cgroup cgroup, UnitName? unit, string rootfs, CreateOptions options, Action<string> warn)
    {
        RuntimeSpec spec = record.Spec;
        SeccompProgram? seccomp = FilterCompiler.Compile(spec.Linux?.Seccomp);
        Timeline.Mark("filter compiled");
        if (seccomp is not null)
        {
            options.Debug?.Invoke(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"seccomp filter flags: {seccomp.Flags}"));
        }

        var scheduling = new ProcessScheduling(spec.Process!, spec.Linux);
        string? timeOffsets = TimeOffsets.Lines(spec.Linux);
        NetworkDevices.Check(spec.Linux);
        Resources resources = spec.Linux?.Resources ?? new Resources();
        using SystemdScope? scope = unit is null ? null : SystemdScope.Start(unit, record.Id, resources, spec.Annotations, cgroup.Pure);
        MakeCgroup(cgroup, unit, resources, warn);
        var resctrl = ResctrlGroup.Of(spec.Linux, record.Id);
        resctrl?.Create();
        Timeline.Mark("cgroups made, limits written");

        using NamespacePlan namespaces = NamespacePlan.Of(spec.Linux?.Namespaces ?? []);
        var sources = new HostSources(spec, record.Bundle, namespaces.FileOf(CloneFlags.NewUser));
        using FileDescriptor? console = options.ConsoleSocket is null ? null : UnixSockets.Connect(options.ConsoleSocket);
        using FileDescriptor fifo = Files.Open(directory.Fifo, OpenFlags.Path);
        using ChildStart child = ChildStart.Clone(
            channel => new ChildSettings
            {
                Spec = spec,
                Process = options.Notifies ? spec.Process! with { Env = [.. spec.Process!.Env ?? [], NotifySocket.Variable] } : spec.Process!,
                Namespaces = namespaces,
                Identity = new ProcessIdentity(spec.Process!, warn),
                Channel = channel,
                Own = OwnProgram.Read(),
                Scheduling = scheduling,
                TimeOffsets = timeOffsets,
                Seccomp = seccomp,
                ConsoleSocket = console,
                StartFifo = fifo,
                Cgroup = cgroup,
                Bundle = record.Bundle,
                Rootfs = rootfs,
                Id = record.Id,
                NoPivot = options.NoPivot,
                NewKeyring = !options.NoNewKeyring,
                PreserveDescriptors = options.PreserveDescriptors,
                Born = born =>
                {
                    Save(born);
                    resctrl?.Join(born);
                },
                Traced = options.Debug is not null,
                StateForHooks = status => StateOf(status, CurrentProcess.Id),
            },
            cgroup,
            unit?.Name,
            init: true,
            warn,
            options.Debug);
        try
        {
            Timeline.Mark("cloned, limits and maps written");
            child.AwaitMounted(sources);
            Timeline.Mark("heard that all is mounted");
            State creating = StateOf("creating", child.Id);

            // By the letter of runtime.md, "State": what comes after step 2 finds it created. runtime-tools asks for it.
            new HookRunner("prestart") { Folder = record.Bundle }.Run(spec.Hooks?.Prestart, StateOf("created", child.Id));
            new HookRunner("createRuntime") { Folder = record.Bundle }.Run(spec.Hooks?.CreateRuntime, creating);
            child.Continue();
            child.AwaitReady(listener => SeccompListener.Send(spec.Linux!.Seccomp!, listener, StateOf("creating", child.Id), child.Id));
            record = record with { Creating = false, StandardDescriptors = StandardDescriptors.Of(child.Id) };
            Timeline.Mark("heard that the child is ready");
            Save(child.Id);
            Timeline.Mark("state written");
            PidfdSocket.Send(options.PidfdSocket, child.Id, "standard"u8);
            PidFile.Write(options.PidFile, child.Id);
        }
        catch (Exception error)
        {
            child.Abandon();
            throw new ContainerException($"unable to start container process: error during container init: {error.Message}", error);
        }
    }

    private void Save(int init)
    {
        record = record with { InitPid = init, InitStart = ProcessTable.StartOf(init) ?? throw new ContainerException("container init ended before it was ready") };
        directory.Save(record);
    }
}
