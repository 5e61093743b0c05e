namespace Wharf.Daemon.Devices;

/// <summary>What a device needs of a container's configuration.</summary>
internal sealed record CdiEdits
{
    public IReadOnlyList<string>? Env { get; set; }

    public IReadOnlyList<CdiDeviceNode>? DeviceNodes { get; set; }

    public IReadOnlyList<CdiMount>? Mounts { get; set; }

    public IReadOnlyList<CdiHook>? Hooks { get; set; }

    public IReadOnlyList<CdiNetDevice>? NetDevices { get; set; }

    public IReadOnlyList<uint>? AdditionalGids { get; set; }
}
