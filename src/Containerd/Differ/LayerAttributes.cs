using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>The extended attributes that belong to an image: a file's capability and its user's own. Others are the host's.</summary>
internal static class LayerAttributes
{
    private const string Capability = "security.capability";
    private const string User = "user.";
    private const string UserOverlay = "user.overlay.";

    public static IReadOnlyList<(string Name, byte[] Value)> Of(FileDescriptor folder, string name, FileKind kind)
    {
        if (kind is not (FileKind.Regular or FileKind.Directory))
        {
            // Links and nodes cannot have them.
            return [];
        }

        var found = new List<(string, byte[])>();
        foreach (string attribute in DirectoryEntries.AttributeNames(folder, name).Where(IsKept).Order(StringComparer.Ordinal))
        {
            if (DirectoryEntries.FindAttribute(folder, name, attribute) is { } value)
            {
                found.Add((attribute, value));
            }
        }

        return found;
    }

    public static bool AreSame(FileDescriptor before, FileDescriptor after, string name, FileKind kind)
    {
        IReadOnlyList<(string Name, byte[] Value)> old = Of(before, name, kind);
        IReadOnlyList<(string Name, byte[] Value)> now = Of(after, name, kind);
        return old.Count == now.Count && old.Zip(now).All(pair => pair.First.Name == pair.Second.Name && pair.First.Value.AsSpan().SequenceEqual(pair.Second.Value));
    }

    private static bool IsKept(string attribute) =>
        attribute == Capability || (attribute.StartsWith(User, StringComparison.Ordinal) && !attribute.StartsWith(UserOverlay, StringComparison.Ordinal));
}
