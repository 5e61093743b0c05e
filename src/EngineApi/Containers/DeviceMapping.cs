namespace Wharf.EngineApi.Containers;

/// <summary>A device of the host that a container sees.</summary>
public sealed record DeviceMapping
{
    public string PathOnHost { get; set => field = value ?? ""; } = "";

    public string PathInContainer { get; set => field = value ?? ""; } = "";

    public string CgroupPermissions { get; set => field = value ?? ""; } = "";
}
