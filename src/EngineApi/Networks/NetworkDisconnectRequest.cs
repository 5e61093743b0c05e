namespace Wharf.EngineApi.Networks;

/// <summary>The body of network disconnect.</summary>
public sealed record NetworkDisconnectRequest
{
    public string Container { get; set => field = value ?? ""; } = "";

    public bool Force { get; set; }
}
