using System.Text.Json.Serialization;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Networks;

/// <summary>
/// A container's end of a network: what was asked for, and what it has while it runs. It is kept in the container's document and
/// nowhere else: the addresses that are taken are those of the running containers.
/// </summary>
internal sealed record ContainerEndpoint
{
    /// <summary>The network's name: what clients call it by.</summary>
    public string Network { get; set; } = "";

    public string NetworkId { get; set; } = "";

    public RequestedEndpoint Requested { get; set; } = new();

    /// <summary>Empty unless the container runs; so with those below.</summary>
    public string EndpointId { get; set; } = "";

    /// <summary>The link's name in the container.</summary>
    public string InsideName { get; set; } = "";

    public string Address { get; set; } = "";

    public int PrefixLength { get; set; }

    public string Gateway { get; set; } = "";

    public string Address6 { get; set; } = "";

    public int PrefixLength6 { get; set; }

    public string Gateway6 { get; set; } = "";

    public string Mac { get; set; } = "";

    /// <summary>The container ran already when the link was to be made, and it is not known to be whole.</summary>
    public bool Pending { get; set; }

    [JsonIgnore]
    public bool IsUp => EndpointId.Length > 0;

    /// <summary>The name of the host's end of a pair.</summary>
    [JsonIgnore]
    public string HostName => EndpointId.Length > 0 ? "veth" + EndpointId[..11] : "";

    /// <summary>The same, while the container does not run.</summary>
    internal ContainerEndpoint Down() => new() { Network = Network, NetworkId = NetworkId, Requested = Requested };
}
