namespace Wharf.EngineApi.Containers;

/// <summary>What a create asks of the networks that the container is connected to.</summary>
public sealed record NetworkingConfig
{
    public IReadOnlyDictionary<string, RequestedEndpoint?>? EndpointsConfig { get; set; }
}
