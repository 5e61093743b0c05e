namespace Wharf.EngineApi.Containers;

/// <summary>The share of one block device.</summary>
public sealed record WeightDevice
{
    public string Path { get; set => field = value ?? ""; } = "";

    public ushort Weight { get; set; }
}
