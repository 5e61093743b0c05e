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
    private const string Link = "/proc/self/exe";
    private readonly FileStatus own;

    // Asked before the clone: in a new user namespace every user is nobody. An unprivileged runtime could not reach its own child.
    private readonly bool privileged = CurrentProcess.EffectiveUserId == 0;

    // Where the file is, when the child is to protect it.
    private string? path;

    private OwnProgram(FileStatus own) => this.own = own;

    /// <summary>
    /// Protects it at once, or leaves that to <see cref="SealInside"/> of a child that nobody sees before: then the runtime touches none
    /// of its pages a second time.
    /// </summary>
    internal static OwnProgram Read(bool later = false)
    {
        FileStatus own = Files.Find(Link) ?? throw new ContainerException($"\"{Link}\": /proc is not mounted");
        var program = new OwnProgram(own);
        if (program.privileged)
        {
            if (later && Files.ReadLink(null, Link) is { } path && program.Is(Files.Find(path)))
            {
                program.path = path;
            }
            else
            {
                Seal(OnReadOnlyMount);
            }
        }

        return program;
    }

    /// <summary>
    /// In a mount namespace of its own, from which nothing reaches the host's any more. The read-only mount lies over the file there and
    /// goes with the host's tree, when the container's root has become the root: to take away a mount that is nowhere would be one more
    /// grace period of RCU.
    /// </summary>
    internal void SealInside()
    {
        if (path is not null)
        {
            Seal(_ => OverItself());
        }
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
    private static void Seal(Func<string, FileDescriptor?> mounted)
    {
        try
        {
            using FileDescriptor file = mounted(Link) ?? Copied(Link);
            ProgramImage.Replace(file);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM or Errno.EACCES or Errno.ENOSYS)
        {
        }
    }

    /// <summary>Null where no such mount can be made.</summary>
    private static FileDescriptor? OnReadOnlyMount(string path)
    {
        try
        {
            using FileDescriptor mount = ReadOnlyCopy(path);
            return Files.Reopen(mount, OpenFlags.ReadOnly, path);
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM or Errno.ENOSYS)
        {
            return null;
        }
    }

    /// <summary>The same, and the mount is left in the namespace. The link is of no use: it leads to a mount of the runtime's namespace.</summary>
    private FileDescriptor? OverItself()
    {
        try
        {
            using FileDescriptor mount = ReadOnlyCopy(path!);
            FileDescriptor file = Files.Reopen(mount, OpenFlags.ReadOnly, path!);
            if (!Is(Files.Status(file, path!)))
            {
                file.Dispose();
                return null;
            }

            using FileDescriptor target = Files.Open(path!, OpenFlags.Path);
            Linux.Mounts.Attach(mount, target, path!);
            return file;
        }
        catch (SyscallException error) when (error.Errno is Errno.EINVAL or Errno.EPERM or Errno.ENOSYS or Errno.ENOENT)
        {
            return null;
        }
    }

    private static FileDescriptor ReadOnlyCopy(string path)
    {
        FileDescriptor mount = Linux.Mounts.CopyTree(path, recursive: false);
        try
        {
            Linux.Mounts.SetAttributes(mount, MountAttributes.ReadOnly, 0, 0, recursive: false, path);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    private bool Is(FileStatus? status) =>
        status is { } other && other.Inode == own.Inode && other.FilesystemMajor == own.FilesystemMajor && other.FilesystemMinor == own.FilesystemMinor;

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

            if (Is(status))
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
