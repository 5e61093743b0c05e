namespace Wharf.Network.Names;

/// <summary>What the daemon tells the resolver: exactly one of these.</summary>
public sealed record ResolverRequest
{
    /// <summary>A container that is new or has changed.</summary>
    public NamedContainer? Set { get; init; }

    /// <summary>The id of one that is gone.</summary>
    public string? Remove { get; init; }

    /// <summary>All there are: others are gone.</summary>
    public IReadOnlyList<NamedContainer>? All { get; init; }
}
