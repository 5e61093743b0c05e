namespace Wharf.Daemon.Devices;

/// <summary>A file of the Container Device Interface: devices of one kind (cncf-tags/container-device-interface, SPEC.md).</summary>
internal sealed record CdiSpec
{
    /// <summary>VENDOR/CLASS</summary>
    public string Kind { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<CdiDevice>? Devices { get; set; }

    /// <summary>What every container gets that has one of the devices.</summary>
    public CdiEdits? ContainerEdits { get; set; }
}
