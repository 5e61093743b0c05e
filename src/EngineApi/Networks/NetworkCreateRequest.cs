namespace Wharf.EngineApi.Networks;

/// <summary>The body of network create.</summary>
public sealed record NetworkCreateRequest
{
    public string Name { get; set => field = value ?? ""; } = "";

    public string Driver { get; set => field = value ?? ""; } = "";

    public string Scope { get; set => field = value ?? ""; } = "";

    public bool? EnableIPv4 { get; set; }

    public bool? EnableIPv6 { get; set; }

    public AddressSettings? IPAM { get; set; }

    public bool Internal { get; set; }

    public bool Attachable { get; set; }

    public bool Ingress { get; set; }

    public bool ConfigOnly { get; set; }

    public ConfigurationSource? ConfigFrom { get; set; }

    public IReadOnlyDictionary<string, string>? Options { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }
}
