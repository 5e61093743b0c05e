namespace Wharf.Network.Names;

/// <summary>A named container's end of one network.</summary>
public sealed record NamedEnd
{
    /// <summary>The network's id.</summary>
    public string Network { get; init; } = "";

    /// <summary>The network's name, which a container's name may be followed by.</summary>
    public string NetworkName { get; init; } = "";

    public IReadOnlyList<string> Names { get; init; } = [];

    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Names that this container alone has for others, and what they stand for.</summary>
    public IReadOnlyDictionary<string, string> Links { get; init; } = new Dictionary<string, string>();
}
