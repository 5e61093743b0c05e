using System.Text.Json;
using Wharf.Cli.Commands;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Stats;

/// <summary>The figures of one container, read by a thread of its own: each has a connection of its own too.</summary>
internal sealed class StatsWatch
{
    private readonly Session session;
    private readonly TaskCompletionSource first = new();
    private readonly Lock gate = new();
    private volatile Exception? failure;
    private JsonElement? latest;

    internal StatsWatch(Session session, string container, bool once)
    {
        this.session = session;
        Container = container;
        new Thread(() => Read(once), 256 * 1024) { IsBackground = true }.Start();
    }

    /// <summary>As it was asked for.</summary>
    internal string Container { get; }

    internal bool Ended { get; private set; }

    internal Exception? Failure => failure;

    internal JsonElement? Latest
    {
        get
        {
            lock (gate)
            {
                return latest;
            }
        }
    }

    internal void AwaitFirst() => first.Task.Wait();

    private void Read(bool once)
    {
        try
        {
            using EngineResponse response = session.Client.Send("GET", $"{Routes.Container(Container)}/stats?stream={(once ? 0 : 1)}");
            foreach (JsonElement stats in JsonStream.Read(response))
            {
                lock (gate)
                {
                    latest = stats;
                }

                first.TrySetResult();
            }
        }
        catch (Exception error) when (EntryPoint.IsExpected(error))
        {
            failure = error;
        }
        finally
        {
            Ended = true;
            first.TrySetResult();
        }
    }
}
