using System.Text.Json.Serialization;
using Wharf.Daemon.Networks;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>What is kept of a container: containers/ID/config.v2.json.</summary>
internal sealed record ContainerDocument
{
    public string Id { get; set; } = "";

    public string Name { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public string ImageId { get; set; } = "";

    public string Path { get; set; } = "";

    public IReadOnlyList<string> Args { get; set; } = [];

    public ContainerConfig Config { get; set; } = new();

    public HostConfig HostConfig { get; set; } = new();

    public ContainerState State { get; set; } = new();

    /// <summary>What the container has of the network while it runs.</summary>
    public NetworkEndpoint? Endpoint { get; set; }

    /// <summary>The hardware address that was asked for; empty: one made from the address.</summary>
    public string MacAddress { get; set; } = "";

    public IReadOnlyList<ContainerMount> Mounts { get; set; } = [];

    public int RestartCount { get; set; }

    /// <summary>Somebody asked for the last end: no policy starts it again.</summary>
    public bool StoppedByUser { get; set; }
}

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(ContainerDocument))]
internal sealed partial class ContainerDocumentJson : JsonSerializerContext;
