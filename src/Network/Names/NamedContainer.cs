namespace Wharf.Network.Names;

/// <summary>A container as the resolver knows it: who may ask, and under what names it is found.</summary>
public sealed record NamedContainer
{
    public string Id { get; init; } = "";

    /// <summary>A process of it; 0 for one that only has names.</summary>
    public int Process { get; init; }

    /// <summary>Whether what is not a container's name is asked of others.</summary>
    public bool HasOutside { get; init; }

    /// <summary>Whom to ask then: addresses.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    public IReadOnlyList<NamedEnd> Ends { get; init; } = [];
}
