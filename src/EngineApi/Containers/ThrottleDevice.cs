namespace Wharf.EngineApi.Containers;

/// <summary>A limit of one block device.</summary>
public sealed record ThrottleDevice
{
    public string Path { get; set => field = value ?? ""; } = "";

    public ulong Rate { get; set; }
}
