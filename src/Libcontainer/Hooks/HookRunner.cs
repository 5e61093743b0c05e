using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Hooks;

/// <summary>Runs hooks one after the other, each with the state on its standard input.</summary>
internal static class HookRunner
{
    private const int KillSignal = 9;

    internal static void Run(IReadOnlyList<Hook>? hooks, State state, string stage)
    {
        for (int number = 0; number < (hooks?.Count ?? 0); number++)
        {
            Run(hooks![number], state, stage, number);
        }
    }

    /// <summary>Hooks whose failure changes nothing any more: it is told, and the next one runs.</summary>
    internal static void RunAll(IReadOnlyList<Hook>? hooks, State state, string stage, Action<string> warn)
    {
        for (int number = 0; number < (hooks?.Count ?? 0); number++)
        {
            try
            {
                Run(hooks![number], state, stage, number);
            }
            catch (Exception error) when (error is ContainerException or SyscallException)
            {
                warn(error.Message);
            }
        }
    }

    private static void Run(Hook hook, State state, string stage, int number)
    {
        ExitStatus status = RunOne(hook, state, stage, number);
        if (status.Code != 0)
        {
            string how = status.Signaled ? $"signal: {status.Signal}" : $"exit status {status.Code}";
            throw new ContainerException($"error running {stage} hook #{number}: {how}");
        }
    }

    private static ExitStatus RunOne(Hook hook, State state, string stage, int number)
    {
        using var arguments = new NativeStrings(hook.Args is { Count: > 0 } given ? given : [hook.Path]);
        using var environment = new NativeStrings(hook.Env ?? []);
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(state, RuntimeJson.Default.State);
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        using (write)
        {
            int id = CurrentProcess.Clone(CloneFlags.None);
            if (id == 0)
            {
                Execute(hook, read, arguments, environment);
            }

            using FileDescriptor? process = Processes.Open(id);
            try
            {
                Files.Write(write, document, "state");
            }
            catch (SyscallException error) when (error.Errno == Errno.EPIPE)
            {
                // A hook need not read its input.
            }

            write.Dispose();
            if (hook.Timeout is { } seconds and > 0 && process is not null && !Poll.Readable((int)Math.Min(seconds * 1000L, int.MaxValue), process)[0])
            {
                Processes.Signal(id, KillSignal);
                Processes.Wait(id);
                throw new ContainerException($"error running {stage} hook #{number}: hook ran past specified timeout of {seconds}.0s");
            }

            return Processes.Wait(id);
        }
    }

    private static void Execute(Hook hook, FileDescriptor input, NativeStrings arguments, NativeStrings environment)
    {
        try
        {
            CurrentProcess.ResetSignals();
            CurrentProcess.UnblockSignals();
            Files.Duplicate(input, 0);
            CurrentProcess.CloseOnExecFrom(3);
            CurrentProcess.Execute(hook.Path, arguments, environment);
        }
        catch (SyscallException)
        {
            CurrentProcess.Exit(127);
        }
    }
}
