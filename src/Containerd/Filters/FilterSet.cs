namespace Wharf.Containerd.Filters;

/// <summary>Filters of a list call: an object passes when one of them passes, or when there is none.</summary>
internal sealed class FilterSet(IReadOnlyList<Filter> filters)
{
    public static FilterSet Parse(IEnumerable<string> texts) => new([.. texts.Select(FilterParser.Parse)]);

    /// <param name="field">The value of a field path such as <c>labels.key</c>; null when the object has none.</param>
    public bool Matches(Func<IReadOnlyList<string>, string?> field) => filters.Count == 0 || filters.Any(filter => filter.Matches(field));
}
