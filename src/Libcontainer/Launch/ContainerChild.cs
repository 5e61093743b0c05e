using System.Globalization;
using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Hooks;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Seccomp;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// The child of a clone on its way to the container's program. It is the only thread of its process; it ends by an exec, or by
/// sending its error to the runtime.
/// </summary>
internal sealed class ContainerChild(ChildSettings settings, CgroupEntrance cgroup)
{
    // SIGHUP, SIGINT, SIGQUIT, SIGTERM: they end a container that waits for its start.
    private static readonly int[] EndingSignals = [1, 2, 3, 15];

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

    private void CompleteInit(ProcFiles proc, bool joined = false)
    {
        RuntimeSpec spec = settings.Spec;
        Trace("child process in init()");
        BecomeRootInside();
        CurrentProcess.StartSession();
        if (settings.NewKeyring)
        {
            CurrentProcess.JoinSessionKeyring("_ses." + settings.Id);
        }

        if (!joined)
        {
            settings.Namespaces.Join();
        }

        if (settings.Namespaces.New.HasFlag(CloneFlags.NewCgroup))
        {
            // After this process has entered its cgroup: the namespace's root is where it is now.
            CurrentProcess.Unshare(CloneFlags.NewCgroup);
        }

        if (settings.Namespaces.New.HasFlag(CloneFlags.NewNet))
        {
            Loopback.Up();
        }

        using RootFilesystem? root = settings.Namespaces.ChangesMounts
            ? new RootFilesystem(spec, settings.Bundle, settings.Rootfs, settings.Cgroup!.Mounts(settings.Namespaces.New.HasFlag(CloneFlags.NewCgroup)), AskForSource)
            : null;
        Timeline.Mark("namespaces set up");
        root?.Prepare();
        Timeline.Mark("mounts and devices made");
        settings.Channel.Send(SyncMessage.Mounted);
        settings.Channel.Expect(SyncMessage.Go);
        new HookRunner("createContainer") { Environment = [], Folder = settings.Rootfs }.Run(spec.Hooks?.CreateContainer, settings.StateForHooks("created"));
        if (root is not null)
        {
            // Others live in a namespace that is joined: their root stays where it is.
            root.Enter(!settings.Namespaces.New.HasFlag(CloneFlags.NewMount) ? RootEntrance.Change : settings.NoPivot ? RootEntrance.Move : RootEntrance.Pivot);
            MakeWorkingDirectory(root.Tree);
            NullStreams.Reopen();
        }
        else
        {
            if (spec.Linux?.MaskedPaths is { Count: > 0 } || spec.Linux?.ReadonlyPaths is { Count: > 0 })
            {
                // Joined by a path, which the checks of the spec do not follow.
                throw new ContainerException("unable to restrict sys entries without a private MNT namespace");
            }

            // In the host's own mount namespace nothing is mounted, as nobody would take it away again: the container has its rootfs and no more.
            using FileDescriptor rootfs = Files.Open(settings.Rootfs, OpenFlags.Path | OpenFlags.Directory);
            MakeWorkingDirectory(new RootedTree(rootfs, settings.Rootfs));
            CurrentProcess.ChangeDirectory(rootfs, settings.Rootfs);
            CurrentProcess.ChangeRootHere();
        }

        Timeline.Mark("in its root");
        if (settings.Process.Terminal == true)
        {
            ConsoleSetup.Apply(settings.ConsoleSocket, settings.Process, root?.Tree);
        }

        if (spec.Hostname is { Length: > 0 } host)
        {
            CurrentProcess.SetHostName(host);
        }

        if (spec.Domainname is { Length: > 0 } domain)
        {
            CurrentProcess.SetDomainName(domain);
        }

        SecurityLabels.Set(proc, settings.Process);
        foreach ((string name, string value) in spec.Linux?.Sysctl ?? new Dictionary<string, string>())
        {
            WriteSysctl(proc, name, value);
        }

        Timeline.Mark("names and sysctls written");
        root?.Close();
        Timeline.Mark("paths masked");
        Become(proc);
    }

    private FileDescriptor AskForSource(int mount)
    {
        settings.Channel.Send(SyncMessage.Source, mount.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return settings.Channel.ExpectDescriptor(SyncMessage.Go);
    }

    /// <summary>The runtime's user has no id in another user namespace; what is made there needs one.</summary>
    private void BecomeRootInside()
    {
        if (settings.Namespaces.ChangesUser)
        {
            CurrentProcess.SetIdentity(0, 0, null);
        }
    }

    private void CompleteExec(ProcFiles proc)
    {
        Trace("child process in init()");
        BecomeRootInside();
        CurrentProcess.StartSession();
        if (settings.NewKeyring)
        {
            CurrentProcess.JoinSessionKeyring("_ses." + settings.Id);
        }

        if (settings.Process.Terminal == true)
        {
            ConsoleSetup.Apply(settings.ConsoleSocket, settings.Process, null);
        }

        SecurityLabels.Set(proc, settings.Process);
        Become(proc);
    }

    /// <summary>The last steps, in which this process loses what it had over the container's program.</summary>
    private void Become(ProcFiles proc)
    {
        Process process = settings.Process;
        CloseWhatIsDone(proc);
        if (process.Rlimits is { Count: > 0 })
        {
            // By the runtime, which may raise them. So late, because what came before has opened more files than a container may.
            settings.Channel.Send(SyncMessage.Limits);
            settings.Channel.Expect(SyncMessage.Go);
        }

        settings.Scheduling.TakeOn();
        if (process.NoNewPrivileges == true)
        {
            CurrentProcess.SetNoNewPrivileges();
        }

        // Without no_new_privs a filter takes CAP_SYS_ADMIN, which is dropped below. A listener has to be out before the runtime is gone.
        // A hook that the container runs itself has the filter too.
        bool filterAtOnce = process.NoNewPrivileges != true || settings.Seccomp?.HasListener == true || settings.Spec.Hooks?.StartContainer is { Count: > 0 };
        if (filterAtOnce)
        {
            InstallFilter();
            Timeline.Mark("filter installed");
        }

        // First as the runtime's user, who may enter what the container's may not; then the other way round, as runc does it.
        bool entered = ChangeIntoWorkingDirectory(process.Cwd, again: true);
        settings.Identity.TakeOn(proc, settings.Namespaces.ChangesUser);
        settings.Own.Show();
        Timeline.Mark("user and capabilities taken on");
        IReadOnlyList<string> environment = ProcessEnvironment.Of(process.Env, settings.Identity.User);
        if (!entered)
        {
            ChangeIntoWorkingDirectory(process.Cwd, again: false);
        }

        IReadOnlyList<string> arguments = process.Args is { Count: > 0 } given ? given : throw new ContainerException("args must not be empty");
        string program = ProgramPath.Find(arguments[0], environment);
        settings.Own.Refuse(program);
        if (settings.StartFifo is not null)
        {
            // As the first of a pid namespace this process would not see them otherwise, until it has become the program.
            Array.ForEach(EndingSignals, CurrentProcess.ExitOnSignal);
        }

        using var nativeArguments = new NativeStrings(arguments);
        using var nativeEnvironment = new NativeStrings(environment);
        Trace(settings.StartFifo is null ? "setns_init: about to exec" : "init: closing the pipe to signal completion");
        Timeline.Mark("ready");
        settings.Channel.Send(SyncMessage.Ready);
        settings.Channel.Dispose();
        if (settings.StartFifo is { } fifo)
        {
            // Blocks until start opens the other end; the byte tells it that this process goes on.
            using FileDescriptor writer = proc.Open($"self/fd/{fifo.Number}", OpenFlags.WriteOnly);
            Files.Write(writer, "0"u8, "exec.fifo");

            // It may be another file by now: until start there is as much time as the caller takes.
            settings.Own.Refuse(program);
        }

        new HookRunner("startContainer") { Environment = environment }.Run(settings.Spec.Hooks?.StartContainer, settings.StateForHooks("created"));
        if (!filterAtOnce)
        {
            InstallFilter();
        }

        Timeline.Mark("let go");
        CurrentProcess.ResetSignals();
        CurrentProcess.UnblockSignals();
        Timeline.Mark("executes the program");
        try
        {
            CurrentProcess.Execute(program, nativeArguments, nativeEnvironment);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"exec {program}: {ErrnoText.Of(error.Errno)}", error);
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

    /// <summary>A created container may wait for long: nothing of the host, and nothing of the runtime's caller, stays open meanwhile.</summary>
    private void CloseWhatIsDone(ProcFiles proc)
    {
        // The runtime library takes its seeds of hashes from a descriptor of /dev/urandom that is closed with the others, and would go
        // on reading from whatever has the number then: both are taken before.
        HashCode.Combine(string.GetHashCode(settings.Id, StringComparison.Ordinal));
        int first = 3 + settings.PreserveDescriptors;
        if (settings.StartFifo is { } fifo)
        {
            CurrentProcess.CloseFrom(first, settings.Channel.Socket, proc.Directory, fifo);
        }
        else
        {
            CurrentProcess.CloseFrom(first, settings.Channel.Socket, proc.Directory);
        }
    }

    private void InstallFilter()
    {
        using FileDescriptor? listener = settings.Seccomp?.Install();
        if (listener is not null)
        {
            settings.Channel.Send(SyncMessage.Listener, attached: listener);
        }
    }

    private void MakeWorkingDirectory(RootedTree tree)
    {
        if (settings.Process.Cwd.Trim('/').Length > 0)
        {
            try
            {
                tree.MakeDirectory(settings.Process.Cwd).Dispose();
            }
            catch (SyscallException error) when (error.Errno is Errno.EROFS or Errno.ENOTDIR or Errno.EACCES)
            {
                // Entering it below gives the error that the user understands.
            }
        }
    }

    /// <summary>False when this user may not, and there is a second time as another.</summary>
    private static bool ChangeIntoWorkingDirectory(string cwd, bool again)
    {
        if (!cwd.StartsWith('/'))
        {
            throw new ContainerException($"Cwd must be an absolute path: \"{cwd}\"");
        }

        try
        {
            CurrentProcess.ChangeDirectory(cwd);
        }
        catch (SyscallException error) when (again && error.Errno is Errno.EACCES or Errno.EPERM)
        {
            return false;
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"chdir to cwd (\"{cwd}\") set in config.json failed: {ErrnoText.Of(error.Errno)}", error);
        }

        // A descriptor that leads out of the container has no path in it (CVE-2024-21626).
        if (!CurrentProcess.WorkingDirectoryIsReachable())
        {
            throw new ContainerException("current working directory is outside of container mount namespace root -- possible container breakout attempt");
        }

        return true;
    }

    private static void WriteSysctl(ProcFiles proc, string name, string value)
    {
        try
        {
            proc.Write("sys/" + SysctlPath.Of(name), value);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"write sysctl key {name}: {ErrnoText.Of(error.Errno)}", error);
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
