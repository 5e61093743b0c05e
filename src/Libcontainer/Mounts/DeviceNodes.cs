using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>Device nodes, and the links of config-linux.md "Default Devices".</summary>
internal static class DeviceNodes
{
    private static readonly (string Path, uint Major, uint Minor)[] Defaults =
    [
        ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
    ];

    private static readonly (string Path, string Target)[] Links =
    [
        ("/dev/fd", "/proc/self/fd"), ("/dev/stdin", "/proc/self/fd/0"), ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2"),
        ("/dev/ptmx", "pts/ptmx"),
    ];

    /// <summary>The devices that a container has: those that all have, and its own.</summary>
    internal static IEnumerable<string> Paths(IReadOnlyList<Device> devices) => Defaults.Select(one => one.Path).Concat(devices.Select(device => device.Path)).Distinct();

    internal static void Make(RootedTree tree, IReadOnlyList<Device> devices)
    {
        uint mask = CurrentProcess.SetUmask(0);
        foreach ((string path, uint major, uint minor) in Defaults.Where(one => devices.All(device => device.Path != one.Path)))
        {
            MakeOne(tree, path, FileKind.CharacterDevice, 0x1b6, major, minor, 0, 0);
        }

        foreach (Device device in devices)
        {
            FileKind kind = device.Type switch
            {
                "c" or "u" => FileKind.CharacterDevice,
                "b" => FileKind.BlockDevice,
                "p" => FileKind.Fifo,
                _ => throw new ContainerException($"device \"{device.Path}\": type \"{device.Type}\" is none of c, u, b, p"),
            };
            MakeOne(tree, device.Path, kind, device.FileMode & 0xfff ?? 0x1b6, (uint)(device.Major ?? 0), (uint)(device.Minor ?? 0), device.Uid ?? 0, device.Gid ?? 0);
        }

        foreach ((string path, string target) in Links)
        {
            (FileDescriptor parent, string name) = tree.Place(path);
            using (parent)
            {
                if (path == "/dev/ptmx")
                {
                    Files.RemoveIfThere(parent, name);
                }

                try
                {
                    Files.MakeLink(parent, name, target);
                }
                catch (SyscallException error) when (error.Errno == Errno.EEXIST)
                {
                    // The image or a mount has its own.
                }
            }
        }

        CurrentProcess.SetUmask(mask);
    }

    private static void MakeOne(RootedTree tree, string path, FileKind kind, uint mode, uint major, uint minor, uint user, uint group)
    {
        (FileDescriptor parent, string name) = tree.Place(path);
        using (parent)
        {
            try
            {
                Files.MakeNode(parent, name, kind, mode, major, minor);
            }
            catch (SyscallException error) when (error.Errno == Errno.EEXIST)
            {
                using FileDescriptor there = Files.OpenAt(parent, name, OpenFlags.Path | OpenFlags.NoFollow);
                FileStatus status = Files.Status(there, path);
                if (status.Kind == kind && status.DeviceMajor == major && status.DeviceMinor == minor)
                {
                    return;
                }

                // A link or a file of the image in the device's place: never followed (CVE-2026-88265).
                Files.Remove(parent, name, status.Kind == FileKind.Directory);
                Files.MakeNode(parent, name, kind, mode, major, minor);
            }
            catch (SyscallException error) when (error.Errno == Errno.EPERM)
            {
                Bind(parent, name, path);
                return;
            }

            DirectoryEntries.ChangeOwner(parent, name, user, group);
        }
    }

    /// <summary>In a user namespace no node can be made: the host's is bound.</summary>
    private static void Bind(FileDescriptor parent, string name, string path)
    {
        using FileDescriptor file = Files.OpenAt(parent, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow, 0);
        using FileDescriptor copy = Linux.Mounts.CopyTree(path, recursive: false);
        Linux.Mounts.Attach(copy, file, path);
    }
}
