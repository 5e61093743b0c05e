using Wharf.ContainerdApi.Types;
using Wharf.Linux;

namespace Wharf.Containerd.Differ;

/// <summary>
/// The merged files of a snapshot, to be read through a descriptor. Layers are put together by the kernel, read-only, in a mount
/// namespace that ends before anybody sees it: the descriptor keeps the mount, and the host's table never has it.
/// </summary>
internal static class MountedTree
{
    private const string Upper = "upperdir=";
    private const string Lower = "lowerdir=";

    /// <summary>The root of what the mounts show; null for no mounts, which is an empty tree.</summary>
    public static FileDescriptor? Open(IReadOnlyList<Mount> mounts) => mounts switch
    {
        [] => null,
        [{ Type: "bind" } bind] => OpenFolder(bind.Source),
        [{ Type: "overlay" } overlay] => OpenLayers(Folders(overlay)),
        [var other] => throw new ContainerdException(ErrorKind.Unimplemented, $"make layer: mount type \"{other.Type}\": not implemented"),
        _ => throw ContainerdException.Invalid($"make layer: {mounts.Count} mounts instead of one"),
    };

    /// <summary>The merged tree of folders, nearest first.</summary>
    public static FileDescriptor OpenLayers(IReadOnlyList<string> folders)
    {
        if (folders is [var only])
        {
            return OpenFolder(only);
        }

        FileDescriptor? root = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                root = Mount(folders);
            }
            catch (IOException error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return root ?? throw new IOException($"make layer: {failure!.Message}", failure);
    }

    private static string[] Folders(Mount overlay)
    {
        string[] upper = [.. overlay.Options.Where(option => option.StartsWith(Upper, StringComparison.Ordinal)).Select(option => option[Upper.Length..])];
        string[] folders = [.. upper, .. overlay.Options.Where(option => option.StartsWith(Lower, StringComparison.Ordinal)).SelectMany(option => option[Lower.Length..].Split(':'))];
        return folders.Length > 0 ? folders : throw ContainerdException.Invalid("make layer: overlay without a folder");
    }

    private static FileDescriptor OpenFolder(string path)
    {
        try
        {
            return Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        }
        catch (SyscallException error)
        {
            throw new IOException($"make layer: {error.Message}", error);
        }
    }

    private static FileDescriptor Mount(IReadOnlyList<string> folders)
    {
        CurrentProcess.Unshare(CloneFlags.NewMount);
        Mounts.Mount(null, "/", null, MountFlags.Private | MountFlags.Recursive);

        // Numbers instead of paths: mount(2) takes one page of options.
        var layers = new List<FileDescriptor>();
        try
        {
            foreach (string folder in folders)
            {
                layers.Add(Files.Open(folder, OpenFlags.Path | OpenFlags.Directory));
            }

            string lower = string.Join(':', layers.Select(layer => $"/proc/self/fd/{layer.Number}"));
            Mounts.Mount("overlay", folders[0], "overlay", MountFlags.ReadOnly, $"index=off,{Lower}{lower}");
            return Files.Open(folders[0], OpenFlags.ReadOnly | OpenFlags.Directory);
        }
        finally
        {
            layers.ForEach(layer => layer.Dispose());
        }
    }
}
