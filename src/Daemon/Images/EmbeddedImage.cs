using System.Reflection;
using Grpc.Core;

namespace Wharf.Daemon.Images;

/// <summary>busybox:latest, carried by the program: an empty store gets it, so that the first container needs no network.</summary>
internal sealed class EmbeddedImage : IDisposable
{
    private const string Resource = "busybox-image.tar";
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();

    /// <summary>Ends when the image is there, or will not be.</summary>
    public Task Settled => _settled.Task;

    /// <summary>Loads the image when the store has none. Readiness does not wait for it: its owner awaits it at the end.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    public async Task<string?> LoadAsync(ImageOperations images)
    {
        try
        {
            if ((await ListAsync(images).ConfigureAwait(false)).Count == 0)
            {
                await using Stream resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)
                    ?? throw new EngineException(EngineErrorKind.System, $"the program carries no \"{Resource}\"");
                await using var messages = new ProgressMessages(Stream.Null);
                await images.Load.RunAsync(resource, [], messages, _end.Token).ConfigureAwait(false);
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception error) when (error is EngineException or RpcException)
        {
            return $"load the embedded image: {error.Message}";
        }
        finally
        {
            _settled.TrySetResult();
        }
    }

    public void Stop() => _end.Cancel();

    public void Dispose() => _end.Dispose();

    /// <summary>containerd may start after this daemon.</summary>
    private async Task<IReadOnlyList<ImageRecord>> ListAsync(ImageOperations images)
    {
        while (true)
        {
            try
            {
                return await images.Store.ListAsync(_end.Token).ConfigureAwait(false);
            }
            catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
            {
                await Task.Delay(Retry, _end.Token).ConfigureAwait(false);
            }
        }
    }
}
