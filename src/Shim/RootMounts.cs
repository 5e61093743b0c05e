using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>The mounts that make up a root filesystem, as containerd's snapshotters describe them.</summary>
internal static class RootMounts
{
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

    internal sealed record One(string Type, string Source, string Target, IReadOnlyList<string> Options);

    internal static One Decode(ReadOnlySpan<byte> bytes)
    {
        string type = "", source = "", target = "";
        var options = new List<string>();
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: type = reader.Text; break;
                case 2: source = reader.Text; break;
                case 3: target = reader.Text; break;
                case 4: options.Add(reader.Text); break;
            }
        }

        return new One(type, source, target, options);
    }

    internal static void Mount(IReadOnlyList<One> mounts, string rootfs)
    {
        foreach (One mount in mounts)
        {
            string target = mount.Target.Length == 0 ? rootfs : Path.Combine(rootfs, mount.Target.TrimStart('/'));
            try
            {
                MountOne(mount, target);
            }
            catch (SyscallException error)
            {
                throw new ShimException($"failed to mount rootfs component: mount source: \"{mount.Source}\", target: \"{target}\", fstype: {mount.Type}, flags: {string.Join(',', mount.Options)}: {ErrnoText.Of(error.Errno)}");
            }
        }
    }

    internal static void UnmountQuietly(string rootfs)
    {
        try
        {
            // What was mounted last lies on top.
            while (true)
            {
                Mounts.Unmount(rootfs, detach: true);
            }
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.ENOENT)
        {
            // Nothing is mounted there any more.
        }
    }

    private static void MountOne(One mount, string target)
    {
        MountFlags flags = 0;
        var data = new List<string>();
        foreach (string option in mount.Options)
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

        const int pageSize = 4096;
        string joined = string.Join(',', data);
        if (mount.Type == "overlay" && joined.Length >= pageSize)
        {
            MountManyLayers(mount, data, flags, target);
            return;
        }

        bool bind = flags.HasFlag(MountFlags.Bind);
        Mounts.Mount(mount.Source, target, bind ? null : mount.Type, flags, data.Count == 0 ? null : joined);
        MountFlags kept = flags & ~(MountFlags.Bind | MountFlags.Recursive);
        if (bind && kept != 0)
        {
            // A bind takes its flags only when it is mounted once more.
            Mounts.Mount(null, target, null, kept | MountFlags.Bind | MountFlags.Remount);
        }
    }

    /// <summary>mount(2) takes one page of options; one layer a call has no such limit (kernel 6.5).</summary>
    private static void MountManyLayers(One mount, List<string> data, MountFlags flags, string target)
    {
        List<string> options = [.. data.SelectMany(option => option.StartsWith("lowerdir=", StringComparison.Ordinal)
            ? option["lowerdir=".Length..].Split(':').Select(layer => "lowerdir+=" + layer)
            : [option])];
        using FileDescriptor overlay = Mounts.Create("overlay", mount.Source, options, flags.HasFlag(MountFlags.ReadOnly) ? MountAttributes.ReadOnly : 0);
        using FileDescriptor place = Files.Open(target, OpenFlags.Path);
        Mounts.Attach(overlay, place, target);
    }
}
