using Wharf.Libcontainer.Hooks;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

internal sealed partial class ContainerChild
{
    // SIGHUP, SIGINT, SIGQUIT, SIGTERM: they end a container that waits for its start.
    private static readonly int[] EndingSignals = [1, 2, 3, 15];

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
}
