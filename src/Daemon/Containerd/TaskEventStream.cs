using Google.Protobuf;
using Grpc.Core;
using Wharf.ContainerdApi.Events.V1;
using Wharf.ContainerdApi.TaskEvents;
using Wharf.ContainerdApi.Types;

namespace Wharf.Daemon.Containerd;

/// <summary>containerd's word of tasks, subscribed to again whenever it comes back. What happens while it is away is not repeated.</summary>
internal sealed class TaskEventStream(ContainerdConnection connection)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private readonly ContainerdApi.Events.V1.Events.EventsClient client = new(connection.Calls);

    /// <summary>A process of a container was killed for want of memory: the container's id.</summary>
    internal event Action<string>? OutOfMemory;

    /// <summary>A process has ended: the container's id and the process's, equal for the first one.</summary>
    internal event Action<string, string>? Exited;

    /// <summary>Whether events arrive now.</summary>
    internal bool Connected { get; private set; }

    internal async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await ListenAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception error) when (error is RpcException or InvalidProtocolBufferException && !stopping.IsCancellationRequested)
            {
                // Away; it will be back.
            }
            catch (RpcException)
            {
                return;
            }
            finally
            {
                Connected = false;
            }

            await Task.Delay(Retry, stopping).ConfigureAwait(false);
        }
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var request = new SubscribeRequest();
        request.Filters.Add($"namespace=={ContainerdConnection.Namespace},topic==\"/tasks/oom\"");
        request.Filters.Add($"namespace=={ContainerdConnection.Namespace},topic==\"/tasks/exit\"");
        using AsyncServerStreamingCall<Envelope> call = client.Subscribe(request, cancellationToken: stopping);
        Connected = true;
        while (await call.ResponseStream.MoveNext(stopping).ConfigureAwait(false))
        {
            Envelope envelope = call.ResponseStream.Current;
            switch (envelope.Topic)
            {
                case "/tasks/oom":
                    OutOfMemory?.Invoke(TaskOOM.Parser.ParseFrom(envelope.Event.Value).ContainerId);
                    break;
                case "/tasks/exit":
                    TaskExit exit = TaskExit.Parser.ParseFrom(envelope.Event.Value);
                    Exited?.Invoke(exit.ContainerId, exit.Id);
                    break;
            }
        }
    }
}
