namespace Wharf.Oci.Runtime;

/// <summary>The configuration of a container: config.md, "Configuration".</summary>
public sealed record RuntimeSpec
{
    public string OciVersion { get; set; } = "";

    public Process? Process { get; set; }

    public Root? Root { get; set; }

    public string? Hostname { get; set; }

    public string? Domainname { get; set; }

    public IReadOnlyList<Mount>? Mounts { get; set; }

    public Hooks? Hooks { get; set; }

    public IReadOnlyDictionary<string, string>? Annotations { get; set; }

    public LinuxPlatform? Linux { get; set; }
}
