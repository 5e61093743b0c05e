using System.Text.Json;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Stdio;
using Wharf.EngineApi.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Containers;

/// <summary>A container as the daemon knows it: its document on disk, and while it runs its streams.</summary>
internal sealed class Container(ContainerDocument document, string folder)
{
    private TaskCompletionSource<int> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource<int> nextExit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? restart;

    internal ContainerDocument Document { get; private set; } = document;

    internal string Id => Document.Id;

    internal string Folder => folder;

    internal string LogPath => Path.Combine(folder, Id + "-json.log");

    internal ContainerConfig Config => Document.Config;

    internal ContainerState State => Document.State;

    /// <summary>One operation at a time changes a container.</summary>
    internal SemaphoreSlim Gate { get; } = new(1);

    internal ProcessStreams? Streams { get; set; }

    /// <summary>
    /// Waits for the operation that goes on. The end of a run is on disk before it is told: who acts on it waits for its event,
    /// so that no listener hears of what follows first.
    /// </summary>
    internal async Task SettleAsync(CancellationToken cancellation)
    {
        await Gate.WaitAsync(cancellation).ConfigureAwait(false);
        Gate.Release();
    }

    /// <summary>Attached clients that wait for the next run.</summary>
    internal List<TaskCompletionSource<(ProcessStreams Streams, StreamListener Output)>> Waiting { get; } = [];

    /// <summary>Guards the streams and who waits for them.</summary>
    internal Lock StreamsGate { get; } = new();

    internal JsonFileLog? Log { get; set; }

    internal Dictionary<string, ContainerExec> Execs { get; } = [];

    /// <summary>The exit code of the run that goes on, or of the last one.</summary>
    internal Task<int> Exited => exited.Task;

    internal TaskCompletionSource Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool OutOfMemory { get; set; }

    /// <summary>The run was ended because the container was unhealthy.</summary>
    internal bool EndedUnhealthy { get; set; }

    /// <summary>containerd's event of the end of the run has come; what it said of memory came before.</summary>
    internal TaskCompletionSource ExitHeard { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The exit code of the next run that ends, whether it has begun or not.</summary>
    internal Task<int> NextExit => Volatile.Read(ref nextExit).Task;

    /// <summary>How long the last restart waited; zero before the first.</summary>
    internal TimeSpan RestartPause { get; set; }

    /// <summary>Ends when somebody stops or removes the container while it waits to be started again.</summary>
    internal Task BeginRestart()
    {
        restart = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return restart.Task;
    }

    internal void CancelRestart() => restart?.TrySetResult();

    internal void BeginRun()
    {
        OutOfMemory = false;
        EndedUnhealthy = false;
        ExitHeard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (exited.Task.IsCompleted)
        {
            exited = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void EndRun(int code)
    {
        exited.TrySetResult(code);
        Interlocked.Exchange(ref nextExit, new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(code);
    }

    /// <summary>Changes the document; it is on disk, whole, when this returns.</summary>
    internal void Change(Func<ContainerDocument, ContainerDocument> change)
    {
        Document = change(Document);
        Save();
    }

    /// <summary>Changes the document in memory; the next change takes it to the disk.</summary>
    internal void Note(Func<ContainerDocument, ContainerDocument> change) => Document = change(Document);

    internal void ChangeState(Func<ContainerState, ContainerState> change) => Change(one => one with { State = change(one.State) });

    internal void Save()
    {
        string path = Path.Combine(folder, "config.v2.json");
        string next = path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(Document, ContainerDocumentJson.Default.ContainerDocument));
            file.Flush(flushToDisk: true);
        }

        // Decision 0005: the bytes are on the disk before they have their name, the name before anybody is told.
        Files.Rename(next, path);
        Durability.SyncDirectory(folder);
    }
}
