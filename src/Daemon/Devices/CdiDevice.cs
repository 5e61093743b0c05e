namespace Wharf.Daemon.Devices;

/// <summary>One device of a kind.</summary>
internal sealed record CdiDevice
{
    public string Name { get; set => field = value ?? ""; } = "";

    public CdiEdits? ContainerEdits { get; set; }
}
