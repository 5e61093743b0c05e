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

    /// <summary>Its ends of networks, connected while it runs.</summary>
    public IReadOnlyList<ContainerEndpoint> Endpoints { get; set; } = [];

    /// <summary>Names its run to the network; empty while it does not run.</summary>
    public string SandboxId { get; set; } = "";

    /// <summary>The host's ports that it has while it runs.</summary>
    public IReadOnlyList<ContainerPort> Ports { get; set; } = [];

    public IReadOnlyList<ContainerMount> Mounts { get; set; } = [];

    /// <summary>Who its users are on the host; null: the same.</summary>
    public UserMapping? UserMapping { get; set; }

    public int RestartCount { get; set; }

    /// <summary>Somebody asked for the last end: no policy starts it again.</summary>
    public bool StoppedByUser { get; set; }
}

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(ContainerDocument))]
internal sealed partial class ContainerDocumentJson : JsonSerializerContext;
