using System.Globalization;
using System.Text;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>A terminal from the container's own devpts; its master goes to whoever listens on the console socket.</summary>
internal static class ConsoleSetup
{
    private const long DevptsMagic = 0x1cd1;

    internal static void Apply(FileDescriptor? consoleSocket, Process process, RootedTree? tree)
    {
        FileDescriptor socket = consoleSocket ?? throw new ContainerException("cannot allocate tty if runc will detach without setting console socket");
        using FileDescriptor master = Files.Open("/dev/pts/ptmx", OpenFlags.ReadWrite | OpenFlags.NoControllingTerminal | OpenFlags.NoFollow);
        RequireDevpts(master);
        using FileDescriptor slave = Terminal.OpenSlave(master);
        RequireDevpts(slave);
        if (process.ConsoleSize is { Height: > 0, Width: > 0 } size)
        {
            Terminal.Resize(master, (ushort)size.Height, (ushort)size.Width);
        }

        Files.ChangeOwner(slave, process.User?.Uid ?? 0, 5, "console");
        if (tree is not null)
        {
            MountConsole(tree, slave);
        }

        UnixSockets.Send(socket, Encoding.UTF8.GetBytes("/dev/pts/" + Terminal.Number(master).ToString(CultureInfo.InvariantCulture)), master);
        Terminal.Control(slave);
        for (int number = 0; number < 3; number++)
        {
            Files.Duplicate(slave, number);
        }
    }

    /// <summary>/dev/console shows the same terminal. A link in its place is not followed (CVE-2026-88264).</summary>
    private static void MountConsole(RootedTree tree, FileDescriptor slave)
    {
        (FileDescriptor parent, string name) = tree.Place("/dev/console");
        using (parent)
        {
            FileDescriptor target;
            try
            {
                target = Files.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x1b0);
            }
            catch (SyscallException error) when (error.Errno == Errno.EEXIST)
            {
                target = Files.OpenAt(parent, name, OpenFlags.Path | OpenFlags.NoFollow);
                if (Files.Status(target, "/dev/console").Kind == FileKind.SymbolicLink)
                {
                    target.Dispose();
                    throw new ContainerException("\"/dev/console\" is a symbolic link");
                }
            }

            using (target)
            {
                using FileDescriptor copy = Linux.Mounts.CopyTree(slave, recursive: false, "console");
                Linux.Mounts.Attach(copy, target, "/dev/console");
            }
        }
    }

    private static void RequireDevpts(FileDescriptor terminal)
    {
        // What the container put in the place of its terminal is not one (CVE-2025-52565).
        if (Files.FilesystemType(terminal, "/dev/pts") != DevptsMagic)
        {
            throw new ContainerException("console: not on devpts");
        }
    }
}
