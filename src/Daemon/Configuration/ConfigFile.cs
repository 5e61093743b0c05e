using System.Text.Json.Serialization;

namespace Wharf.Daemon.Configuration;

/// <summary>daemon.json, as far as it is read: the names are dockerd's.</summary>
internal sealed record ConfigFile
{
    [JsonPropertyName("insecure-registries")]
    public IReadOnlyList<string>? InsecureRegistries { get; init; }

    [JsonPropertyName("registry-mirrors")]
    public IReadOnlyList<string>? RegistryMirrors { get; init; }

    [JsonPropertyName("hosts")]
    public IReadOnlyList<string>? Hosts { get; init; }

    [JsonPropertyName("group")]
    public string? Group { get; init; }

    [JsonPropertyName("tls")]
    public bool? UsesTls { get; init; }

    [JsonPropertyName("tlsverify")]
    public bool? VerifiesClients { get; init; }

    [JsonPropertyName("tlscacert")]
    public string? TlsAuthority { get; init; }

    [JsonPropertyName("tlscert")]
    public string? TlsCertificate { get; init; }

    [JsonPropertyName("tlskey")]
    public string? TlsKey { get; init; }

    [JsonPropertyName("data-root")]
    public string? DataRoot { get; init; }

    [JsonPropertyName("bridge")]
    public string? Bridge { get; init; }

    [JsonPropertyName("bip")]
    public string? BridgeAddress { get; init; }

    [JsonPropertyName("iptables")]
    public bool? Firewall { get; init; }

    [JsonPropertyName("ip-masq")]
    public bool? Masquerade { get; init; }

    [JsonPropertyName("ip-forward")]
    public bool? Forward { get; init; }

    [JsonPropertyName("ipv6")]
    public bool? Inet6 { get; init; }

    [JsonPropertyName("icc")]
    public bool? Talking { get; init; }

    [JsonPropertyName("ip")]
    public string? HostBinding { get; init; }

    [JsonPropertyName("default-address-pools")]
    public IReadOnlyList<ConfiguredPool>? AddressPools { get; init; }

    [JsonPropertyName("debug")]
    public bool? Debug { get; init; }
}
