namespace Wharf.Daemon.Devices;

/// <summary>A node of /dev; what it does not say is as on the host.</summary>
internal sealed record CdiDeviceNode
{
    public string Path { get; set => field = value ?? ""; } = "";

    public string? HostPath { get; set; }

    public string? Type { get; set; }

    public long? Major { get; set; }

    public long? Minor { get; set; }

    public uint? FileMode { get; set; }

    public string? Permissions { get; set; }

    public uint? Uid { get; set; }

    public uint? Gid { get; set; }
}
