using Google.Protobuf.Collections;

namespace Wharf.Containerd.Filters;

/// <summary>The rest of a path as a key of a map of labels.</summary>
internal static class FieldPaths
{
    public static string? Label(MapField<string, string> labels, IReadOnlyList<string> path) =>
        labels.TryGetValue(string.Join('.', path.Skip(1)), out string? value) ? value : null;
}
