using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>The mounts that make up a root filesystem, as containerd's snapshotters describe them.</summary>
internal static class RootMounts
{
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
                new DescribedMount(mount.Type, mount.Source, mount.Options).Mount(target);
            }
            catch (FormatException error)
            {
                throw new ShimException($"failed to mount rootfs component: {error.Message}");
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
}
