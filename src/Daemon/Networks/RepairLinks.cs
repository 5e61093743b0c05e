using System.Globalization;
using Wharf.Daemon.Containers;
using Wharf.Linux;
using Wharf.Network;
using Wharf.Network.Sandboxes;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Links that running containers have by their records and not in the kernel: the last daemon was killed while it connected or
/// disconnected them.
/// </summary>
internal sealed class RepairLinks(ContainerTable table, ContainerNetworks networks)
{
    internal async Task RunAsync()
    {
        foreach (Container container in table.All().Where(one => one.State.Running && IsItself(one)))
        {
            List<ContainerEndpoint> broken = [.. container.Document.Endpoints.Where(IsBroken)];
            if (broken.Count == 0)
            {
                continue;
            }

            try
            {
                await MakeAsync(container, broken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or SyscallException or EngineException)
            {
                // It may end at this moment.
                await Console.Error.WriteLineAsync($"wharfd: repair links of container \"{container.Id}\": {error.Message}").ConfigureAwait(false);
            }
        }
    }

    private async Task MakeAsync(Container container, List<ContainerEndpoint> broken)
    {
        var sandbox = new Sandbox(container.State.Pid);
        foreach (ContainerEndpoint endpoint in broken)
        {
            KnownNetwork network = networks.Find(endpoint);
            INetworkDriver driver = networks.Drivers.Of(network);
            await driver.LeaveAsync(network, endpoint, sandbox, CancellationToken.None).ConfigureAwait(false);
            await driver.JoinAsync(network, endpoint, sandbox, CancellationToken.None).ConfigureAwait(false);
        }

        await networks.SetRoutesAsync(container, sandbox).ConfigureAwait(false);
        container.Change(one => one with { Endpoints = [.. one.Endpoints.Select(endpoint => endpoint with { Pending = false })] });
        networks.Files.Write(container);
    }

    private bool IsBroken(ContainerEndpoint endpoint) =>
        endpoint.Pending
        || (endpoint.IsUp && networks.Networks.TryFind(endpoint.NetworkId) is { Record.Driver: "bridge" } && !HostNetwork.HasLink(endpoint.HostName));

    /// <summary>Whether the process is the container's: one that has ended since may have left its number to another.</summary>
    private static bool IsItself(Container container)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{container.State.Pid}/cgroup")).Contains(container.Id, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
