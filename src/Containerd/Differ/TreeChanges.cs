using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>
/// What changed from one tree to another, by walking both at once: a directory before what is in it, names in the order of their
/// bytes. The rules are those of containerd's walking differ, so that both find the same.
/// </summary>
internal sealed class TreeChanges(FileDescriptor? lower, FileDescriptor upper)
{
    private readonly byte[] left = new byte[64 << 10];
    private readonly byte[] right = new byte[64 << 10];

    public IEnumerable<Change> Walk(CancellationToken cancellation)
    {
        // A stack of its own: an iterator in an iterator for each level would cost depth times entries.
        var open = new Stack<(TreeFolder? Before, int BeforeAt, TreeFolder After, int AfterAt)>();
        open.Push((lower is null ? null : TreeFolder.Root(lower), 0, TreeFolder.Root(upper), 0));
        try
        {
            while (open.TryPop(out (TreeFolder? Before, int BeforeAt, TreeFolder After, int AfterAt) here))
            {
                cancellation.ThrowIfCancellationRequested();
                string? old = here.Before is not null && here.BeforeAt < here.Before.Names.Count ? here.Before.Names[here.BeforeAt] : null;
                string? now = here.AfterAt < here.After.Names.Count ? here.After.Names[here.AfterAt] : null;
                if (old is null && now is null)
                {
                    here.Before?.Dispose();
                    here.After.Dispose();
                    continue;
                }

                int order = old is null ? 1 : now is null ? -1 : TreeFolder.CompareBytes(old, now);
                open.Push((here.Before, here.BeforeAt + (order <= 0 ? 1 : 0), here.After, here.AfterAt + (order >= 0 ? 1 : 0)));
                if (order < 0)
                {
                    yield return new Change(ChangeKind.Deleted, here.After.PathOf(old!), default, null, old!);
                    continue;
                }

                FileStatus status = here.After.Status(now!);
                FileStatus? was = order == 0 ? here.Before!.Status(now!) : null;
                ChangeKind? kind = was is null ? ChangeKind.Added
                    : !IsSame(here.Before!, was.Value, here.After, status, now!) ? ChangeKind.Modified
                    : IsLinked(status) ? ChangeKind.Linked : null;
                if (kind is { } known)
                {
                    yield return new Change(known, here.After.PathOf(now!), status, here.After.Descriptor, now!);
                }

                if (status.Kind == FileKind.Directory)
                {
                    TreeFolder? same = was?.Kind == FileKind.Directory ? here.Before!.Open(now!) : null;
                    open.Push((same, 0, here.After.Open(now!), 0));
                }
            }
        }
        finally
        {
            while (open.TryPop(out (TreeFolder? Before, int BeforeAt, TreeFolder After, int AfterAt) rest))
            {
                rest.Before?.Dispose();
                rest.After.Dispose();
            }
        }
    }

    public static bool IsLinked(FileStatus status) => status.Kind != FileKind.Directory && status.Links > 1;

    private bool IsSame(TreeFolder before, FileStatus was, TreeFolder after, FileStatus status, string name)
    {
        if (was.Filesystem == status.Filesystem && was.Inode == status.Inode)
        {
            return true;
        }

        if (was.Kind != status.Kind || was.Mode != status.Mode || was.User != status.User || was.Group != status.Group
            || was.DeviceMajor != status.DeviceMajor || was.DeviceMinor != status.DeviceMinor
            || !LayerAttributes.AreSame(before.Descriptor, after.Descriptor, name, status.Kind))
        {
            return false;
        }

        if (status.Kind == FileKind.Directory)
        {
            return true;
        }

        if (was.Size != status.Size || was.Seconds != status.Seconds)
        {
            return false;
        }

        // Where a link leads is as cheap to see as its time; containerd trusts the time.
        if (status.Kind == FileKind.SymbolicLink && Files.ReadLink(before.Descriptor, name) != Files.ReadLink(after.Descriptor, name))
        {
            return false;
        }

        // Archives keep whole seconds: a time without a fraction does not tell two versions apart.
        return was.Nanoseconds == status.Nanoseconds && (status.Nanoseconds != 0 || status.Kind != FileKind.Regular || HasSameContent(before, after, name));
    }

    private bool HasSameContent(TreeFolder before, TreeFolder after, string name)
    {
        using FileDescriptor one = Files.OpenAt(before.Descriptor, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        using FileDescriptor other = Files.OpenAt(after.Descriptor, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        for (long offset = 0; ;)
        {
            int count = FileRange.Read(one, left, offset, before.PathOf(name));
            int same = FileRange.Read(other, right.AsSpan(0, Math.Max(count, 1)), offset, after.PathOf(name));
            if (count == 0 || same == 0)
            {
                return count == same;
            }

            int both = Math.Min(count, same);
            if (!left.AsSpan(0, both).SequenceEqual(right.AsSpan(0, both)))
            {
                return false;
            }

            offset += both;
        }
    }
}
