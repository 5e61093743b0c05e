using Wharf.Daemon.Http;
using Wharf.Daemon.Stdio;

namespace Wharf.Daemon.Containers;

/// <summary>Joins a client's connection to the streams of a process.</summary>
internal static class AttachContainer
{
    /// <summary>
    /// Goes on until the process has ended and all is written, or the client leaves. When <paramref name="closeInput"/> is
    /// given, the end of the client's input ends the process's; else it ends the attachment.
    /// </summary>
    internal static async Task JoinAsync(
        IAttachedClient client,
        ProcessStreams streams,
        StreamListener output,
        bool raw,
        bool takesInput,
        Func<StreamKind, bool> wanted,
        byte[] detachKeys,
        Func<CancellationToken, Task>? closeInput,
        CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task input = takesInput ? CopyInputAsync(client, streams, raw ? detachKeys : [], closeInput, ended) : Task.CompletedTask;
        try
        {
            await foreach ((StreamKind kind, byte[] bytes) in output.ReadAllAsync(ended.Token).ConfigureAwait(false))
            {
                if (wanted(kind) && !await client.WriteAsync(raw ? bytes : StreamFrame.Of(kind, bytes), ended.Token).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Detached, or the daemon ends.
        }
        finally
        {
            streams.Leave(output);
            await ended.CancelAsync().ConfigureAwait(false);
            await input.ConfigureAwait(false);
        }
    }

    private static async Task CopyInputAsync(IAttachedClient client, ProcessStreams streams, byte[] detachKeys, Func<CancellationToken, Task>? closeInput, CancellationTokenSource ended)
    {
        int matched = 0;
        try
        {
            while (true)
            {
                byte[] bytes = await client.ReadAsync(ended.Token).ConfigureAwait(false);
                if (bytes.Length == 0)
                {
                    await (closeInput is null ? ended.CancelAsync() : closeInput(ended.Token)).ConfigureAwait(false);
                    return;
                }

                (byte[] passed, bool detached) = DetachKeys.Filter(bytes, detachKeys, ref matched);
                if (detached)
                {
                    await ended.CancelAsync().ConfigureAwait(false);
                    return;
                }

                if (passed.Length > 0 && !await streams.WriteAsync(passed, ended.Token).ConfigureAwait(false))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process has ended.
        }
    }
}
