namespace Wharf.EngineApi.Containers;

/// <summary>Devices by what they can do.</summary>
public sealed record DeviceRequest
{
    public string Driver { get; set => field = value ?? ""; } = "";

    public int Count { get; set; }

    public IReadOnlyList<string>? DeviceIDs { get; set; }

    public IReadOnlyList<IReadOnlyList<string>>? Capabilities { get; set; }

    public IReadOnlyDictionary<string, string>? Options { get; set; }
}
