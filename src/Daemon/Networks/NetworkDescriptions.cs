using System.Globalization;
using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Wharf.EngineApi.Networks;

namespace Wharf.Daemon.Networks;

/// <summary>Networks, and containers' ends of them, in the forms of the API.</summary>
internal sealed class NetworkDescriptions(ContainerTable table, NetworkTable networks)
{
    /// <param name="detailed">With the containers: the list leaves them out.</param>
    internal NetworkResource Describe(KnownNetwork network, bool detailed)
    {
        NetworkRecord record = network.Record;
        return new NetworkResource
        {
            Name = record.Name,
            Id = record.Id,
            Created = Timestamps.Text(record.Created),
            Driver = record.Driver,
            EnableIPv4 = record.EnableIPv4,
            EnableIPv6 = record.EnableIPv6,
            IPAM = new AddressSettings { Driver = record.AddressDriver, Options = record.AddressOptions, Config = record is { IsBuiltIn: true, Ranges.Count: 0 } ? null : record.Ranges },
            Internal = record.Internal,
            Attachable = record.Attachable,
            ConfigOnly = record.ConfigOnly,
            ConfigFrom = new ConfigurationSource { Network = record.ConfigFrom },
            Containers = detailed ? network.Endpoints.ToDictionary(one => one.Key, one => Of(table.FindId(one.Key)?.Document.Name ?? "", one.Value)) : new Dictionary<string, NetworkContainer>(),
            Options = record.Options,
            Labels = record.Labels,
        };
    }

    internal NetworkSettings Settings(ContainerDocument document)
    {
        if (NetworkMode.Target(document.HostConfig.NetworkMode) is not null)
        {
            return new NetworkSettings();
        }

        // What is told besides the networks is of the default one.
        ContainerEndpoint first = document.Endpoints.FirstOrDefault(one => one.Network == NetworkMode.Bridge && one.IsUp) ?? new ContainerEndpoint();
        return new NetworkSettings
        {
            SandboxID = document.SandboxId,
            SandboxKey = document.SandboxId.Length > 0 && document.State.Running ? ContainerNetworks.NamespaceOf(document.State.Pid) : "",
            Ports = PortsOf(document),
            EndpointID = first.EndpointId,
            Gateway = first.Gateway,
            GlobalIPv6Address = first.Address6,
            GlobalIPv6PrefixLen = first.PrefixLength6,
            IPAddress = first.Address,
            IPPrefixLen = first.PrefixLength,
            IPv6Gateway = first.Gateway6,
            MacAddress = first.Mac,
            Networks = document.Endpoints.ToDictionary(one => one.Network, one => Of(document, one)),
        };
    }

    /// <summary>The ports of a container in the list of containers.</summary>
    internal static IReadOnlyList<PortSummary> Ports(ContainerDocument document)
    {
        if (!document.State.Running)
        {
            return [];
        }

        List<PortSummary> found = [.. document.Ports.Where(one => one.HostPort > 0).Select(one => new PortSummary { IP = one.HostAddress, PrivatePort = one.Port, PublicPort = one.HostPort, Type = one.Protocol })];
        foreach (string key in document.Config.ExposedPorts?.Keys ?? [])
        {
            (ushort port, string protocol) = PortRequest.Key(key);
            if (!found.Exists(one => one.PrivatePort == port && one.Type == protocol))
            {
                found.Add(new PortSummary { PrivatePort = port, Type = protocol });
            }
        }

        return found;
    }

    private EndpointSettings Of(ContainerDocument document, ContainerEndpoint endpoint) => new()
    {
        IPAMConfig = endpoint.Requested.IPAMConfig,
        Links = endpoint.Requested.Links,
        Aliases = endpoint.Requested.Aliases,
        MacAddress = endpoint.Mac,
        DriverOpts = endpoint.Requested.DriverOpts,
        GwPriority = endpoint.Requested.GwPriority,
        NetworkID = endpoint.NetworkId.Length > 0 ? endpoint.NetworkId : networks.ByName(endpoint.Network)?.Id ?? "",
        EndpointID = endpoint.EndpointId,
        Gateway = endpoint.Gateway,
        IPAddress = endpoint.Address,
        IPPrefixLen = endpoint.PrefixLength,
        IPv6Gateway = endpoint.Gateway6,
        GlobalIPv6Address = endpoint.Address6,
        GlobalIPv6PrefixLen = endpoint.PrefixLength6,
        DNSNames = ContainerNames.Of(document, endpoint) is { Count: > 0 } names ? names : null,
    };

    private static Dictionary<string, IReadOnlyList<PortBinding>?> PortsOf(ContainerDocument document)
    {
        var found = new Dictionary<string, IReadOnlyList<PortBinding>?>();
        if (!document.State.Running)
        {
            return found;
        }

        foreach (string key in document.Config.ExposedPorts?.Keys ?? [])
        {
            (ushort port, string protocol) = PortRequest.Key(key);
            found[string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}")] = null;
        }

        foreach (IGrouping<string, ContainerPort> group in document.Ports.GroupBy(one => string.Create(CultureInfo.InvariantCulture, $"{one.Port}/{one.Protocol}")))
        {
            found[group.Key] = [.. group.Where(one => one.HostPort > 0).Select(one => new PortBinding { HostIp = one.HostAddress, HostPort = one.HostPort.ToString(CultureInfo.InvariantCulture) })];
        }

        return found;
    }

    private static NetworkContainer Of(string name, ContainerEndpoint endpoint) => new()
    {
        Name = name,
        EndpointID = endpoint.EndpointId,
        MacAddress = endpoint.Mac,
        IPv4Address = endpoint.Address.Length > 0 ? $"{endpoint.Address}/{endpoint.PrefixLength}" : "",
        IPv6Address = endpoint.Address6.Length > 0 ? $"{endpoint.Address6}/{endpoint.PrefixLength6}" : "",
    };
}
