namespace Wharf.EngineApi.Containers;

/// <summary>A filesystem in memory.</summary>
public sealed record TmpfsOptions
{
    /// <summary>Bytes; 0: half of the memory.</summary>
    public long SizeBytes { get; set; }

    public uint Mode { get; set; }

    public IReadOnlyList<IReadOnlyList<string>>? Options { get; set; }
}
