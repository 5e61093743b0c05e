using Wharf.EngineApi.Networks;
using Wharf.Network;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>Makes a network: addresses, record, then what it is in the kernel.</summary>
/// <param name="inet6">Whether networks have IPv6 unless a request says otherwise.</param>
internal sealed class CreateNetwork(NetworkTable networks, NetworkDrivers drivers, AddressPlan plan, NetworkEvents events, bool inet6) : IDisposable
{
    private const string DefaultDriver = "bridge";

    // One at a time chooses a subnet: two would choose the same.
    private readonly SemaphoreSlim choosing = new(1);

    public void Dispose() => choosing.Dispose();

    internal async Task<NetworkCreateResponse> RunAsync(NetworkCreateRequest request, CancellationToken cancellation)
    {
        Check(request);
        NetworkCreateRequest source = request.ConfigFrom is { Network.Length: > 0 } from ? Configured(request, from.Network) : request;
        KnownNetwork network = await KeepAsync(source, request, cancellation).ConfigureAwait(false);
        try
        {
            if (!network.Record.ConfigOnly)
            {
                await drivers.Of(network).StartAsync(network, cancellation).ConfigureAwait(false);
            }
        }
        catch
        {
            if (network.BeginRemoval())
            {
                await drivers.Of(network).RemoveAsync(network, CancellationToken.None).ConfigureAwait(false);
                networks.Remove(network);
            }

            throw;
        }

        events.Publish(network, "create");
        return new NetworkCreateResponse { Id = network.Id };
    }

    private async Task<KnownNetwork> KeepAsync(NetworkCreateRequest source, NetworkCreateRequest request, CancellationToken cancellation)
    {
        await choosing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (networks.ByName(request.Name) is not null)
            {
                throw new EngineException(EngineErrorKind.Conflict, $"network with name {request.Name} already exists");
            }

            INetworkDriver driver = drivers.Find(source.Driver.Length > 0 ? source.Driver : DefaultDriver);
            IReadOnlyList<AddressRange> asked = source.IPAM?.Config ?? [];
            var record = new NetworkRecord
            {
                Name = request.Name,
                Id = NetworkTable.NewId(),
                Driver = driver.Name,
                Created = DateTimeOffset.UtcNow,
                EnableIPv4 = source.EnableIPv4 ?? true,
                EnableIPv6 = (source.EnableIPv6 ?? (inet6 || asked.Any(one => IsV6(one)))) && (HostNetwork.HasInet6 || source.EnableIPv6 == true),
                Internal = source.Internal,
                Attachable = request.Attachable,
                ConfigOnly = request.ConfigOnly,
                ConfigFrom = request.ConfigFrom?.Network ?? "",
                Options = source.Options ?? new Dictionary<string, string>(),
                Labels = request.Labels ?? new Dictionary<string, string>(),
                AddressDriver = source.IPAM is { Driver.Length: > 0 } ipam ? ipam.Driver : "default",
                AddressOptions = source.IPAM?.Options,
                HasOwnSubnet4 = asked.Any(one => one.Subnet.Length > 0 && !IsV6(one)),
                HasOwnSubnet6 = asked.Any(IsV6),
            };
            AddressPlan.Check(source.IPAM, record.EnableIPv6);
            if (!record.EnableIPv4 && !record.EnableIPv6)
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, "IPv4 or IPv6 must be enabled");
            }

            var network = new KnownNetwork(request.ConfigOnly ? record with { Ranges = [.. asked.Where(one => one.Subnet.Length > 0)] } : Complete(driver, record, source));
            networks.Add(network);
            return network;
        }
        finally
        {
            choosing.Release();
        }
    }

    private NetworkRecord Complete(INetworkDriver driver, NetworkRecord record, NetworkCreateRequest source)
    {
        IReadOnlyList<KnownNetwork> others = networks.All;
        record = driver.Complete(record, others);
        if (!driver.HasAddresses || record.AddressDriver == "null")
        {
            return record;
        }

        if (record.AddressDriver != "default")
        {
            throw new EngineException(EngineErrorKind.NotFound, $"plugin \"{record.AddressDriver}\" not found");
        }

        List<IpSubnet> taken = [.. others.Where(one => !one.Record.ConfigOnly).SelectMany(one => one.Pools).Select(pool => pool.Subnet)];
        return record with { Ranges = plan.Resolve(source.IPAM, record.EnableIPv4, record.EnableIPv6, driver.HasGateway(record), [.. taken, .. HostNetwork.UsedSubnets()], taken) };
    }

    private static bool IsV6(AddressRange range) => range.Subnet.Contains(':', StringComparison.Ordinal);

    private static void Check(NetworkCreateRequest request)
    {
        if (request.Name.Length == 0 || request.Name.All(char.IsWhiteSpace))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, "invalid network name: name is empty");
        }

        if (request.Name is NetworkMode.Bridge or NetworkMode.Host or NetworkMode.None or "default" || NetworkMode.Target(request.Name) is not null)
        {
            throw new EngineException(EngineErrorKind.Forbidden, $"operation is not permitted on predefined {request.Name} network");
        }

        if (!char.IsAsciiLetterOrDigit(request.Name[0]) || !request.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-'))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid network name \"{request.Name}\": only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        if (request.Ingress || request.Scope is "swarm" or "global")
        {
            throw new EngineException(EngineErrorKind.Unavailable, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.");
        }

        if (request.ConfigOnly && request.ConfigFrom is { Network.Length: > 0 })
        {
            throw new EngineException(EngineErrorKind.Forbidden, "configuration only networks cannot have their configuration from another network");
        }
    }

    /// <summary>The request with what another network, which is nothing but configuration, says.</summary>
    private NetworkCreateRequest Configured(NetworkCreateRequest request, string name)
    {
        NetworkRecord source = networks.TryFind(name)?.Record is { ConfigOnly: true } found
            ? found
            : throw new EngineException(EngineErrorKind.NotFound, $"could not find configuration network \"{name}\": network {name} not found");
        if (request.IPAM?.Config is { Count: > 0 } || request.Options is { Count: > 0 } || request.Internal)
        {
            throw new EngineException(EngineErrorKind.Forbidden, "user specified configurations are not supported if the network depends on a configuration network");
        }

        return request with
        {
            Internal = source.Internal,
            Options = source.Options,
            EnableIPv4 = source.EnableIPv4,
            EnableIPv6 = source.EnableIPv6,
            IPAM = new AddressSettings { Driver = source.AddressDriver, Options = source.AddressOptions, Config = source.Ranges },
        };
    }
}
