using System.Text.Json;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Hooks;

/// <summary>
/// Runs the hooks of one stage one after the other, each with the state on its standard input. What they write is theirs, not the
/// container's: it is told when they fail.
/// </summary>
internal sealed class HookRunner(string stage)
{
    private const int KillSignal = 9;

    /// <summary>For hooks that have no environment of their own; null: this process's.</summary>
    internal IReadOnlyList<string>? Environment { get; init; }

    /// <summary>Where they run; null: where this process is.</summary>
    internal string? Folder { get; init; }

    internal void Run(IReadOnlyList<Hook>? hooks, State state)
    {
        for (int number = 0; number < (hooks?.Count ?? 0); number++)
        {
            Run(hooks![number], state, number);
        }
    }

    /// <summary>Hooks whose failure changes nothing any more: it is told, and the next one runs.</summary>
    internal void RunAll(IReadOnlyList<Hook>? hooks, State state, Action<string> warn)
    {
        for (int number = 0; number < (hooks?.Count ?? 0); number++)
        {
            try
            {
                Run(hooks![number], state, number);
            }
            catch (Exception error) when (error is ContainerException or SyscallException)
            {
                warn(error.Message);
            }
        }
    }

    private void Run(Hook hook, State state, int number)
    {
        using var streams = new HookStreams(JsonSerializer.SerializeToUtf8Bytes(state, RuntimeJson.Default.State));
        if (RunOne(hook, streams) is { } problem)
        {
            throw new ContainerException($"error running {stage} hook #{number}: {problem}");
        }
    }

    /// <summary>Null when it did well.</summary>
    private string? RunOne(Hook hook, HookStreams streams)
    {
        using var arguments = new NativeStrings(hook.Args is { Count: > 0 } given ? given : [hook.Path]);
        using var environment = new NativeStrings(hook.Env ?? Environment ?? OwnEnvironment());
        int id = CurrentProcess.Clone(CloneFlags.None);
        if (id == 0)
        {
            Execute(hook, streams, arguments, environment);
        }

        using FileDescriptor? process = Processes.Open(id);
        if (hook.Timeout is { } seconds and > 0 && process is not null && !Poll.Readable((int)Math.Min(seconds * 1000L, int.MaxValue), process)[0])
        {
            Processes.Signal(id, KillSignal);
            Processes.Wait(id);
            return $"hook ran past specified timeout of {seconds}.0s";
        }

        ExitStatus status = Processes.Wait(id);
        return status.Code == 0 ? null
            : streams.Failure() ?? $"{(status.Signaled ? $"signal: {SignalText.Of(status.Signal)}" : $"exit status {status.Code}")}, stdout: {streams.Standard()}, stderr: {streams.Error()}";
    }

    private static List<string> OwnEnvironment()
    {
        var own = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            own.Add($"{entry.Key}={entry.Value}");
        }

        return own;
    }

    private void Execute(Hook hook, HookStreams streams, NativeStrings arguments, NativeStrings environment)
    {
        try
        {
            CurrentProcess.ResetSignals();
            CurrentProcess.UnblockSignals();
            if (Folder is not null)
            {
                CurrentProcess.ChangeDirectory(Folder);
            }

            streams.Connect();
            CurrentProcess.CloseOnExecFrom(3);
            CurrentProcess.Execute(hook.Path, arguments, environment);
        }
        catch (SyscallException error)
        {
            streams.Fail($"{error.Call} {error.Operand}: {ErrnoText.Of(error.Errno)}");
            CurrentProcess.Exit(127);
        }
    }
}
