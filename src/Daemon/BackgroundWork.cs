using System.Collections.Concurrent;

namespace Wharf.Daemon;

/// <summary>Owns what goes on beside the requests: told to end with the daemon, awaited then, and reported when it fails.</summary>
internal sealed class BackgroundWork : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<long, Task> running = new();
    private long last;

    /// <summary>Cancelled when the daemon ends.</summary>
    internal CancellationToken Stopping => stopping.Token;

    internal void Begin(string what, Func<CancellationToken, Task> work)
    {
        long number = Interlocked.Increment(ref last);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running[number] = RunAsync();
        begin.SetResult();

        async Task RunAsync()
        {
            // Not before it is in the table, from which its end removes it.
            await begin.Task.ConfigureAwait(false);
            try
            {
                await work(stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The daemon ends.
            }
            catch (Exception error)
            {
                await Console.Error.WriteLineAsync($"wharfd: {what}: {error.Message}").ConfigureAwait(false);
            }
            finally
            {
                running.TryRemove(number, out _);
            }
        }
    }

    internal void Stop() => stopping.Cancel();

    internal Task StopAsync() => stopping.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await Task.WhenAll(running.Values).ConfigureAwait(false);
        stopping.Dispose();
    }
}
