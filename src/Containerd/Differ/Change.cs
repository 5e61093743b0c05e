using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>
/// A path below the root that is not what it was. Status, folder and name are those of the new tree, and the descriptor is the
/// walk's: it is open until the next change is taken.
/// </summary>
internal readonly record struct Change(ChangeKind Kind, string Path, FileStatus Status, FileDescriptor? Folder, string Name);
