namespace Wharf.Oci.Runtime;

/// <summary>config.md, "User".</summary>
public sealed record User
{
    public uint Uid { get; set; }

    public uint Gid { get; set; }

    public uint? Umask { get; set; }

    public IReadOnlyList<uint>? AdditionalGids { get; set; }

    public string? Username { get; set; }
}
