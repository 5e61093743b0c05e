namespace Wharf.Registry;

/// <summary>The tags of a repository: distribution-spec, "Listing tags".</summary>
internal sealed record TagList
{
    public IReadOnlyList<string>? Tags { get; init; }
}
