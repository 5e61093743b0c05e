namespace Wharf.EngineApi.Networks;

/// <summary>A network.</summary>
public sealed record NetworkResource
{
    public string Name { get; set; } = "";

    public string Id { get; set; } = "";

    public string Created { get; set; } = "";

    public string Scope { get; set; } = "local";

    public string Driver { get; set; } = "";

    public bool EnableIPv4 { get; set; } = true;

    public bool EnableIPv6 { get; set; }

    public AddressSettings IPAM { get; set; } = new();

    public bool Internal { get; set; }

    public bool Attachable { get; set; }

    public bool Ingress { get; set; }

    public ConfigurationSource ConfigFrom { get; set; } = new();

    public bool ConfigOnly { get; set; }

    public IReadOnlyDictionary<string, NetworkContainer> Containers { get; set; } = new Dictionary<string, NetworkContainer>();

    public IReadOnlyDictionary<string, string> Options { get; set; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();
}
