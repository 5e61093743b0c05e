using Wharf.Linux;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// Attributes of a bind mount. An entry that names none keeps those of its source, like mount --bind. One that names any has those
/// and no others, but for access times, which stay until another way is named. Where the kernel has locked what the source has, as in a
/// user namespace, the locked ones stay beside those that are asked for, unless the entry says that they must not.
/// </summary>
internal static class BindAttributes
{
    private const MountFlags Times = MountFlags.NoAtime | MountFlags.RelativeAtime | MountFlags.StrictAtime | MountFlags.NoDirAtime;
    private const MountFlags Lockable = MountFlags.ReadOnly | MountFlags.NoDev | MountFlags.NoExec | MountFlags.NoSuid | Times;
    private const MountFlags Plain = MountFlags.ReadOnly | MountFlags.NoDev | MountFlags.NoExec | MountFlags.NoSuid | MountFlags.NoSymFollow;

    internal static void Apply(FileDescriptor mount, MountOptions options, string operand)
    {
        if ((options.Set | options.Cleared) == 0)
        {
            return;
        }

        try
        {
            Set(mount, options.Set, operand);
        }
        catch (SyscallException error) when (error.Errno == Errno.EPERM)
        {
            MountFlags source = Files.MountFlagsOf(mount, operand);
            MountFlags kept = source & Lockable;
            if ((kept & options.Cleared) is var refused and not 0)
            {
                throw new ContainerException($"cannot clear locked flags {Names(refused)}: {error.Message}", error);
            }

            if ((options.Set & Times) is var times and not 0 && times != (kept & Times))
            {
                throw new ContainerException($"cannot change locked atime flags {Names(kept & Times)}: {error.Message}", error);
            }

            Set(mount, options.Set | kept, operand);
        }
    }

    private static void Set(FileDescriptor mount, MountFlags flags, string operand)
    {
        MountAttributes clear = MountOptions.Attributes(Plain & ~flags);
        if ((flags & Times) != 0)
        {
            clear |= MountAttributes.AtimeMask | (flags.HasFlag(MountFlags.NoDirAtime) ? 0 : MountAttributes.NoDirAtime);
        }

        Linux.Mounts.SetAttributes(mount, MountOptions.Attributes(flags), clear, 0, recursive: false, operand);
    }

    private static string Names(MountFlags flags) => flags.ToString().ToLowerInvariant();
}
