using System.Text;
using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// The runtime's own file, which a container must not get hold of (CVE-2019-5736). Until its program is executed, the child has the
/// runtime as its /proc/PID/exe: by a mount of its own that is read-only, or a sealed copy, so that whoever gets at it cannot write (decision 0013). It
/// is made unreadable for others besides, and is refused as the program or as a script's interpreter.
/// </summary>
internal sealed class OwnProgram
{
    // As many scripts as the kernel follows from one interpreter to the next.
    private const int MostScripts = 5;
    private readonly FileStatus own;

    // Asked before the clone: in a new user namespace every user is nobody. An unprivileged runtime could not reach its own child.
    private readonly bool privileged = CurrentProcess.EffectiveUserId == 0;

    private OwnProgram(FileStatus own) => this.own = own;

    internal static OwnProgram Read()
    {
        FileStatus own = Files.Find("/proc/self/exe") ?? throw new ContainerException("\"/proc/self/exe\": /proc is not mounted");
        var program = new OwnProgram(own);
        if (program.privileged)
        {
            Seal();
        }

        return program;
    }

    /// <summary>Before the child is where processes of a container see it: what is not dumpable has no /proc/PID/exe for them.</summary>
    internal void Hide()
    {
        if (privileged)
        {
            CurrentProcess.SetDumpable(false);
        }
    }

    /// <summary>After the child has become another user, which takes it out of reach: for root nothing changes, a user needs to see the namespaces of an exec.</summary>
    internal void Show()
    {
        if (!privileged)
        {
            CurrentProcess.SetDumpable(true);
        }
    }

    /// <summary>
    /// By a read-only mount, which costs no copy; where the kernel refuses one (a filter of seccomp, a file on a mount of another
    /// namespace) by a sealed copy in memory. Where it does not let a process change its file, without checkpoint and restore, the two
    /// other protections stand alone.
    /// </summary>
    private static void Seal()
    {
        const string own = "/proc/self/exe";
        try
        {
            using FileDescriptor file = OnReadOnlyMount(own) ?? Copied(own);
            ProgramImage.Replace(file);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM or Errno.EACCES or Errno.ENOSYS)
        {
        }
    }

    /// <summary>Null where no such mount can be made.</summary>
    private static FileDescriptor? OnReadOnlyMount(string own)
    {
        try
        {
            using FileDescriptor mount = Linux.Mounts.CopyTree(own, recursive: false);
            Linux.Mounts.SetAttributes(mount, MountAttributes.ReadOnly, 0, 0, recursive: false, own);
            return Files.Reopen(mount, OpenFlags.ReadOnly, own);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM or Errno.ENOSYS)
        {
            return null;
        }
    }

    private static FileDescriptor Copied(string own)
    {
        using FileDescriptor source = Files.Open(own, OpenFlags.ReadOnly);
        return SealedCopy.Of(source, "wharf-runc");
    }

    internal void Refuse(string program)
    {
        string path = program;
        for (int script = 0; script < MostScripts; script++)
        {
            if (Files.Find(path) is not { } status || status.Kind != FileKind.Regular)
            {
                return;
            }

            if (status.Inode == own.Inode && status.FilesystemMajor == own.FilesystemMajor && status.FilesystemMinor == own.FilesystemMinor)
            {
                throw new ContainerException($"exec: \"{program}\": permission denied");
            }

            if (Interpreter(path) is not { } next)
            {
                return;
            }

            path = next;
        }
    }

    /// <summary>What stands behind "#!"; null for what is no script, or cannot be read by the user, whose exec tells.</summary>
    private static string? Interpreter(string path)
    {
        const int lineLimit = 256;
        Span<byte> start = stackalloc byte[lineLimit];
        try
        {
            using FileDescriptor file = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
            int count = Files.Read(file, start, path);
            if (count < 3 || start[0] != '#' || start[1] != '!')
            {
                return null;
            }

            string line = Encoding.UTF8.GetString(start[2..count]).Split('\n')[0].Trim(' ', '\t');
            int end = line.IndexOfAny([' ', '\t']);
            return end < 0 ? line : line[..end];
        }
        catch (SyscallException)
        {
            return null;
        }
    }
}
