namespace Wharf.EngineApi.Networks;

/// <summary>The network that another one takes its configuration from.</summary>
public sealed record ConfigurationSource
{
    public string Network { get; set => field = value ?? ""; } = "";
}
