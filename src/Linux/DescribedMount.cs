namespace Wharf.Linux;

/// <summary>A mount as it is described in words: type, source, and options as in fstab(5).</summary>
public sealed record DescribedMount(string Type, string Source, IReadOnlyList<string> Options)
{
    private const int PageSize = 4096;
    private const string Loop = "loop";
    private const string Lower = "lowerdir=";
    private const string Users = "uidmap=";
    private const string Groups = "gidmap=";

    private static readonly Dictionary<string, MountFlags> Flags = new()
    {
        ["ro"] = MountFlags.ReadOnly,
        ["nosuid"] = MountFlags.NoSuid,
        ["nodev"] = MountFlags.NoDev,
        ["noexec"] = MountFlags.NoExec,
        ["sync"] = MountFlags.Synchronous,
        ["dirsync"] = MountFlags.DirSync,
        ["noatime"] = MountFlags.NoAtime,
        ["nodiratime"] = MountFlags.NoDirAtime,
        ["relatime"] = MountFlags.RelativeAtime,
        ["strictatime"] = MountFlags.StrictAtime,
        ["bind"] = MountFlags.Bind,
        ["rbind"] = MountFlags.Bind | MountFlags.Recursive,
        ["defaults"] = 0,
        ["rw"] = 0,
        ["suid"] = 0,
        ["dev"] = 0,
        ["exec"] = 0,
        ["async"] = 0,
        ["atime"] = 0,
    };

    /// <summary>True for options that ask for layers with other owners than their files have.</summary>
    public static bool IsMapped(IEnumerable<string> options) => options.Any(option => option.StartsWith(Users, StringComparison.Ordinal));

    /// <summary>mount(2) on a path; on failure nothing is mounted there.</summary>
    public void Mount(string target)
    {
        MountFlags flags = 0;
        var data = new List<string>();
        foreach (string option in Options.Where(option => option != Loop))
        {
            if (Flags.TryGetValue(option, out MountFlags flag))
            {
                flags |= flag;
            }
            else
            {
                data.Add(option);
            }
        }

        if (!Options.Contains(Loop))
        {
            Mount(Source, target, flags, data);
            return;
        }

        try
        {
            // Since kernel 6.12 erofs reads a file by itself.
            if (Type == "erofs")
            {
                Mount(Source, target, flags, data);
                return;
            }
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOTBLK)
        {
            // An older one, which needs a device.
        }

        using var device = LoopDevice.Of(Source, flags.HasFlag(MountFlags.ReadOnly));
        Mount(device.Path, target, flags, data);
    }

    private void Mount(string source, string target, MountFlags flags, List<string> data)
    {
        if (Type == "overlay" && Mapping(data, Users) is { } users && Mapping(data, Groups) is { } groups)
        {
            MountMapped(source, target, flags, [.. data.Where(option => !option.StartsWith(Users, StringComparison.Ordinal) && !option.StartsWith(Groups, StringComparison.Ordinal))], users, groups);
            return;
        }

        string joined = string.Join(',', data);
        if (Type == "overlay" && joined.Length >= PageSize)
        {
            MountManyLayers(source, target, flags, data);
            return;
        }

        bool bind = flags.HasFlag(MountFlags.Bind);
        Mounts.Mount(source, target, bind ? null : Type, flags, data.Count == 0 ? null : joined);
        MountFlags kept = flags & ~(MountFlags.Bind | MountFlags.Recursive);
        if (bind && kept != 0)
        {
            // A bind takes its flags only when it is mounted once more.
            Mounts.Mount(null, target, null, kept | MountFlags.Bind | MountFlags.Remount);
        }
    }

    /// <summary>mount(2) takes one page of options; one layer a call has no such limit (kernel 6.5).</summary>
    private static void MountManyLayers(string source, string target, MountFlags flags, List<string> data)
    {
        using FileDescriptor overlay = Layered(source, flags, data);
        using FileDescriptor place = Files.Open(target, OpenFlags.Path);
        Mounts.Attach(overlay, place, target);
    }

    private static FileDescriptor Layered(string source, MountFlags flags, IEnumerable<string> data) => Mounts.Create(
        "overlay",
        source,
        [.. data.SelectMany(option => option.StartsWith(Lower, StringComparison.Ordinal) ? option[Lower.Length..].Split(':').Select(layer => "lowerdir+=" + layer) : [option])],
        flags.HasFlag(MountFlags.ReadOnly) ? MountAttributes.ReadOnly : 0);

    private static string? Mapping(IEnumerable<string> data, string option) => data.FirstOrDefault(one => one.StartsWith(option, StringComparison.Ordinal))?[option.Length..];

    /// <summary>
    /// Layers below belong to others than their files say (kernel 5.19; by these calls 6.5). All of them are seen through one mapped
    /// mount of the folder that they have in common, which is at the target only until the overlay has taken what it needs.
    /// </summary>
    private static void MountMapped(string source, string target, MountFlags flags, List<string> data, string users, string groups)
    {
        string[] lower = data.FirstOrDefault(option => option.StartsWith(Lower, StringComparison.Ordinal))?[Lower.Length..].Split(':') ?? [];
        string common = Path.GetDirectoryName(lower.Length > 0 ? lower[0] : throw new SyscallException("mount", (int)Errno.EINVAL, $"{target}: mapped overlay without layers"))!;
        while (!lower.All(layer => layer.StartsWith(common == "/" ? common : common + "/", StringComparison.Ordinal)))
        {
            common = Path.GetDirectoryName(common)!;
        }

        using FileDescriptor place = Files.Open(target, OpenFlags.Path);
        using (FileDescriptor owners = UserNamespace.Of(users, groups))
        using (FileDescriptor tree = Mounts.CopyTree(common, recursive: false))
        {
            Mounts.SetAttributes(tree, MountAttributes.IdMap, MountAttributes.None, MountFlags.None, recursive: false, common, owners);
            Mounts.Attach(tree, place, target);
        }

        FileDescriptor overlay;
        try
        {
            overlay = Layered(source, flags, data.Select(option => option.StartsWith(Lower, StringComparison.Ordinal)
                ? Lower + string.Join(':', lower.Select(layer => Path.Combine(target, Path.GetRelativePath(common, layer))))
                : option));
        }
        finally
        {
            Mounts.Unmount(target, detach: true);
        }

        using (overlay)
        {
            Mounts.Attach(overlay, place, target);
        }
    }
}
