using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Criu;
using Wharf.Libcontainer.Hooks;
using Wharf.Libcontainer.Launch;
using Wharf.Libcontainer.Systemd;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>
    /// Makes a container whose processes come from a checkpoint image, and run. Everything that was made is removed when a step fails.
    /// </summary>
    public static Container Restore(string root, string id, string bundle, RuntimeSpec spec, RestoreOptions options, Action<string> warn, Action<string> debug)
    {
        CheckConsole(spec.Process!, options.ConsoleSocket);
        return Make(
            root,
            id,
            bundle,
            spec,
            new CreateOptions { SpecDocument = options.SpecDocument, Notifies = options.Notifies, SystemdCgroup = options.SystemdCgroup, RootlessCgroups = options.RootlessCgroups },
            (container, unit) => container.Revive(unit, options, warn, debug),
            warn);
    }

    private void Revive(UnitName? unit, RestoreOptions options, Action<string> warn, Action<string> debug)
    {
        directory.RemoveFifo();
        var criu = new CriuRestore(record, OwnCgroup, options, warn, debug);
        Resources resources = record.Spec.Linux?.Resources ?? new Resources();
        using SystemdScope? scope = unit is null ? null : SystemdScope.Start(unit, record.Id, resources, record.Spec.Annotations, OwnCgroup.Pure);
        MakeCgroup(OwnCgroup, unit, resources, warn);
        criu.Run(directory.MakeRoot(), RunCreationHooks, process =>
        {
            record = record with
            {
                InitPid = process,
                InitStart = ProcessTable.StartOf(process) ?? throw new ContainerException("container init ended before it was restored"),
                StandardDescriptors = criu.Streams,
            };
            directory.Save(record);
        });
        try
        {
            // Until here whoever deletes it has to end criu as well, which does not see that a process of the container has gone.
            record = record with { Creating = false };
            directory.Save(record);
            directory.RemoveRoot();
            PidFile.Write(options.PidFile, record.InitPid);
        }
        catch
        {
            // criu has made it a child of this process.
            Linux.Processes.Signal(record.InitPid, KillSignal);
            Linux.Processes.Wait(record.InitPid);
            throw;
        }
    }

    private void RunCreationHooks(int process)
    {
        State creating = StateOf("creating", process);
        new HookRunner("prestart") { Folder = record.Bundle }.Run(record.Spec.Hooks?.Prestart, creating);
        new HookRunner("createRuntime") { Folder = record.Bundle }.Run(record.Spec.Hooks?.CreateRuntime, creating);
    }
}
