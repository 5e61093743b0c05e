namespace Wharf.Oci.Runtime;

/// <summary>A network device to move into the container.</summary>
public sealed record NetDevice
{
    public string? Name { get; set; }
}
