namespace Wharf.Oci.Runtime;

/// <summary>config-linux.md.</summary>
public sealed record LinuxPlatform
{
    public IReadOnlyList<IdMapping>? UidMappings { get; set; }

    public IReadOnlyList<IdMapping>? GidMappings { get; set; }

    public IReadOnlyDictionary<string, string>? Sysctl { get; set; }

    public Resources? Resources { get; set; }

    public string? CgroupsPath { get; set; }

    public IReadOnlyList<Namespace>? Namespaces { get; set; }

    public IReadOnlyList<Device>? Devices { get; set; }

    public IReadOnlyDictionary<string, NetDevice>? NetDevices { get; set; }

    public Seccomp? Seccomp { get; set; }

    public string? RootfsPropagation { get; set; }

    public IReadOnlyList<string>? MaskedPaths { get; set; }

    public IReadOnlyList<string>? ReadonlyPaths { get; set; }

    public string? MountLabel { get; set; }

    public IntelRdt? IntelRdt { get; set; }

    public MemoryPolicy? MemoryPolicy { get; set; }

    public Personality? Personality { get; set; }

    public IReadOnlyDictionary<string, TimeOffset>? TimeOffsets { get; set; }
}
