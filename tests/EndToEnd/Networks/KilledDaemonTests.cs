using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>
/// The daemon is killed at random moments while workers make and remove networks and ends of them. WHARF_KILLS and WHARF_WORKERS
/// make it as long as wanted.
/// </summary>
public sealed class KilledDaemonTests : IDisposable
{
    private readonly NetworkedHost host = new();
    private int networksMade;
    private int networksRemoved;
    private int endpointsMade;
    private int endpointsRemoved;

    [Fact]
    public async Task The_kernel_has_what_the_records_say_and_nothing_else()
    {
        int kills = Number("WHARF_KILLS", 6);
        int workers = Number("WHARF_WORKERS", 4);
        string[] containers = [.. Enumerable.Range(0, 4).Select(number => string.Create(CultureInfo.InvariantCulture, $"c{number}"))];
        foreach (string container in containers)
        {
            host.Docker("run", "-d", "--name", container, "busybox:latest", "sleep", "3600").Succeeds();
        }

        using var done = new CancellationTokenSource();
        Task[] working = [.. Enumerable.Range(0, workers).Select(worker => Task.Factory.StartNew(() => Work(worker, containers, done.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        var random = new Random(kills);
        for (int kill = 0; kill < kills; kill++)
        {
            await Task.Delay(random.Next(20, 400));
            host.Engine.KillDaemon();
            host.Engine.StartDaemon();
        }

        await done.CancelAsync();
        await Task.WhenAll(working);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {workers} workers: networks {networksMade} made, {networksRemoved} removed; ends {endpointsMade} made, {endpointsRemoved} removed");
        host.Engine.KillDaemon();
        host.Engine.StartDaemon();

        string[] expected = [.. host.Docker("network", "ls", "--no-trunc", "--filter", "driver=bridge", "--filter", "type=custom", "-q").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => "br-" + id[..12]).Append(host.Engine.Bridge).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, Links("bridge"));
        var inspected = new List<string>();
        foreach (string container in containers)
        {
            using JsonDocument document = JsonDocument.Parse(host.Docker("inspect", container).Succeeds().Output);
            JsonElement networks = document.RootElement[0].GetProperty("NetworkSettings").GetProperty("Networks");
            string inside = host.In(container, "ip", "address").Succeeds().Output;
            foreach (JsonProperty network in networks.EnumerateObject())
            {
                inspected.Add("veth" + network.Value.GetProperty("EndpointID").GetString()![..11]);
                Assert.Contains(network.Value.GetProperty("IPAddress").GetString() + "/", inside, StringComparison.Ordinal);
            }

            Assert.Equal(networks.EnumerateObject().Count(), inside.Split("link/ether").Length - 1);
        }

        Assert.Equal(inspected.Order(StringComparer.Ordinal), Links("veth").Where(name => name != "up0"));

        host.Docker(["rm", "-f", .. containers]).Succeeds();
        host.Docker("network", "prune", "-f").Succeeds();
        Assert.Equal([host.Engine.Bridge], Links("bridge"));
        Assert.DoesNotContain("br-", host.OnHost("nft", "list", "table", "inet", host.Engine.FirewallTable).Succeeds().Output, StringComparison.Ordinal);
    }

    public void Dispose() => host.Dispose();

    private static int Number(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : usual;

    private string[] Links(string kind) =>
        [.. host.OnHost("ip", "-o", "link", "show", "type", kind).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[1].Trim().Split('@')[0]).Order(StringComparer.Ordinal)];

    /// <summary>What fails has met a daemon that is away, or another worker.</summary>
    private void Work(int worker, string[] containers, CancellationToken done)
    {
        for (int number = 0; !done.IsCancellationRequested; number++)
        {
            string network = string.Create(CultureInfo.InvariantCulture, $"w{worker}-{number}");
            string container = containers[(worker + number) % containers.Length];
            Count(ref networksMade, host.Docker("network", "create", network));
            Count(ref endpointsMade, host.Docker("network", "connect", network, container));
            if (number % 3 > 0)
            {
                Count(ref endpointsRemoved, host.Docker("network", "disconnect", network, container));
            }

            if (number % 3 > 1)
            {
                Count(ref networksRemoved, host.Docker("network", "rm", network));
            }
        }
    }

    private static void Count(ref int count, Command command)
    {
        if (command.ExitCode == 0)
        {
            Interlocked.Increment(ref count);
        }
    }
}
