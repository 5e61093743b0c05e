namespace Wharf.Daemon.Logs;

/// <summary>Tells those who follow a log that it has grown, or that nothing more comes.</summary>
internal sealed class LogChanges
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool Ended { get; private set; }

    /// <summary>Taken before the log is read, ends when more has been written.</summary>
    internal Task Next => Volatile.Read(ref next).Task;

    internal void Grown() => Interlocked.Exchange(ref next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    internal void End()
    {
        Ended = true;
        Grown();
    }
}
