using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Launch;
using Wharf.Libcontainer.Seccomp;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

internal sealed partial class Container
{
    /// <summary>Starts one more process in the container and returns its id; it is a child of this process.</summary>
    public int Exec(Process process, ExecOptions options, Action<string> warn)
    {
        ContainerStatus status = Status();
        if (status == ContainerStatus.Stopped)
        {
            throw new ContainerException("cannot exec in a stopped container");
        }

        if (status == ContainerStatus.Creating)
        {
            throw new ContainerException("cannot exec in a container that is being created");
        }

        if (status == ContainerStatus.Paused && !options.IgnorePaused)
        {
            throw new ContainerException("cannot exec in a paused container (use --ignore-paused to override)");
        }

        Timeline.Mark("state read");
        CheckConsole(process, options.ConsoleSocket);
        using NamespacePlan namespaces = NamespacePlan.OfProcess(record.InitPid);
        using FileDescriptor? console = options.ConsoleSocket is null ? null : UnixSockets.Connect(options.ConsoleSocket);
        var scheduling = new ProcessScheduling(process, record.Spec.Linux);
        SeccompProgram? seccomp = FilterCompiler.Compile(record.Spec.Linux?.Seccomp);
        Timeline.Mark("namespaces opened, filter compiled");
        if (seccomp is not null)
        {
            options.Debug?.Invoke(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"seccomp filter flags: {seccomp.Flags}"));
        }

        using ChildStart child = ChildStart.Clone(
            channel => new ChildSettings
            {
                // Hooks belong to the container's first process.
                Spec = record.Spec with { Hooks = null },
                Process = process,
                Namespaces = namespaces,
                Identity = new ProcessIdentity(process, warn),
                Channel = channel,
                Own = OwnProgram.Read(),
                Scheduling = scheduling,
                Seccomp = seccomp,
                ConsoleSocket = console,
                Id = record.Id,
                NewKeyring = !options.NoNewKeyring,
                PreserveDescriptors = options.PreserveDescriptors,
                Traced = options.Debug is not null,
            },
            options.Cgroups.Count == 0 ? OwnCgroup.OfProcess(record.InitPid) : OwnCgroup.Below(options.Cgroups),
            record.SystemdUnit,
            init: false,
            warn,
            options.Debug);
        try
        {
            Timeline.Mark("cloned, limits written");
            child.AwaitReady(listener => SeccompListener.Send(record.Spec.Linux!.Seccomp!, listener, StateOf("running", record.InitPid), child.Id));
            Timeline.Mark("heard that the child is ready");
            PidfdSocket.Send(options.PidfdSocket, child.Id, "setns"u8);
            PidFile.Write(options.PidFile, child.Id);
            return child.Id;
        }
        catch (Exception error)
        {
            child.Abandon();
            throw new ContainerException($"unable to start container process: {error.Message}", error);
        }
    }
}
