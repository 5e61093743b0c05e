namespace Wharf.Containerd.Filters;

/// <summary>Selectors that must all hold.</summary>
internal sealed class Filter(IReadOnlyList<FilterSelector> selectors)
{
    public bool Matches(Func<IReadOnlyList<string>, string?> field) => selectors.All(selector => selector.Matches(field));
}
