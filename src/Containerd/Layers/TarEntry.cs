namespace Wharf.Containerd.Layers;

/// <summary>One entry of a layer: POSIX ustar and pax, with GNU's long names. Its data follows in the reader.</summary>
internal sealed class TarEntry
{
    public required string Name { get; init; }

    public required char Kind { get; init; }

    public string LinkName { get; init; } = "";

    public uint Mode { get; init; }

    public uint User { get; init; }

    public uint Group { get; init; }

    public long Size { get; init; }

    public long Seconds { get; init; }

    public long Nanoseconds { get; init; }

    public uint Major { get; init; }

    public uint Minor { get; init; }

    /// <summary>Values are bytes, not text: capabilities and ACLs are binary.</summary>
    public IReadOnlyList<(string Name, byte[] Value)> Attributes { get; init; } = [];
}
