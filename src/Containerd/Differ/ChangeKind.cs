namespace Wharf.Containerd.Differ;

/// <summary>What became of a path from one tree to the next.</summary>
internal enum ChangeKind
{
    Added,
    Modified,
    Deleted,

    /// <summary>The same, but the file has other names, one of which may be new.</summary>
    Linked,
}
