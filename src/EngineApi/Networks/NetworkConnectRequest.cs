using Wharf.EngineApi.Containers;

namespace Wharf.EngineApi.Networks;

/// <summary>The body of network connect.</summary>
public sealed record NetworkConnectRequest
{
    public string Container { get; set => field = value ?? ""; } = "";

    public RequestedEndpoint? EndpointConfig { get; set; }
}
