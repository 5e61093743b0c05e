using System.Globalization;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>The devices of the host that a container gets, and what it may do with them.</summary>
/// <param name="Nodes">To be made in the container's /dev.</param>
/// <param name="Rules">Of the devices' cgroup, after the one that denies all.</param>
internal sealed record DeviceSpec(IReadOnlyList<Device> Nodes, IReadOnlyList<DeviceRule> Rules)
{
    // What runtimes make themselves, or mount.
    private static readonly string[] NotOfHost = ["/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console", "/dev/.lxc", "/dev/.udev"];

    /// <exception cref="EngineException">A device that is not there, or a rule that makes no sense.</exception>
    internal static DeviceSpec Of(HostConfig host)
    {
        if (host.Privileged)
        {
            return new DeviceSpec([.. Below("/dev").Where(device => !NotOfHost.Any(one => device.Path == one || device.Path.StartsWith(one + "/", StringComparison.Ordinal)))], [new DeviceRule { Allow = true, Access = "rwm" }]);
        }

        var nodes = new List<Device>();
        var rules = new List<DeviceRule> { new() { Allow = false, Access = "rwm" } };
        foreach (DeviceMapping mapping in host.Devices ?? [])
        {
            string inside = mapping.PathInContainer.Length > 0 ? mapping.PathInContainer : mapping.PathOnHost;
            string access = mapping.CgroupPermissions.Length > 0 ? mapping.CgroupPermissions : "rwm";
            foreach (Device device in Find(mapping.PathOnHost))
            {
                nodes.Add(device with { Path = inside + device.Path[Path.GetFullPath(mapping.PathOnHost).Length..] });
                rules.Add(new DeviceRule { Allow = true, Type = device.Type, Major = device.Major, Minor = device.Minor, Access = access });
            }
        }

        rules.AddRange((host.DeviceCgroupRules ?? []).Select(Rule));
        return new DeviceSpec(nodes, rules);
    }

    /// <summary>Refuses rules and permissions in docker's words.</summary>
    internal static void Check(HostConfig host)
    {
        foreach (DeviceMapping mapping in host.Devices ?? [])
        {
            if (mapping.CgroupPermissions.Any(letter => letter is not ('r' or 'w' or 'm')))
            {
                throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid device permissions: {mapping.CgroupPermissions}");
            }
        }

        foreach (string rule in host.DeviceCgroupRules ?? [])
        {
            _ = Rule(rule);
        }
    }

    /// <summary>The number of a block device, for limits of its throughput.</summary>
    internal static (long Major, long Minor) Number(string path) =>
        Files.Find(path) is { Kind: FileKind.BlockDevice or FileKind.CharacterDevice } status
            ? (status.DeviceMajor, status.DeviceMinor)
            : throw new EngineException(EngineErrorKind.InvalidParameter, $"error gathering device information while adding custom device \"{path}\": no such file or directory");

    private static Device[] Find(string path)
    {
        FileStatus status;
        try
        {
            // Through links: /dev/cdrom is one.
            using FileDescriptor device = Files.Open(path, OpenFlags.Path);
            status = Files.Status(device, path);
        }
        catch (SyscallException error)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"error gathering device information while adding custom device \"{path}\": {ErrnoText.Of(error.Errno)}", error);
        }

        Device[] found = status.Kind == FileKind.Directory ? [.. Below(Path.GetFullPath(path))] : Of(Path.GetFullPath(path), status) is { } one ? [one] : [];
        return found.Length > 0 ? found : throw new EngineException(EngineErrorKind.InvalidParameter, $"error gathering device information while adding custom device \"{path}\": not a device node");
    }

    private static IEnumerable<Device> Below(string folder)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            if (Files.Find(path) is not { } status)
            {
                continue;
            }

            if (status.Kind == FileKind.Directory && !NotOfHost.Contains(path))
            {
                foreach (Device device in Below(path))
                {
                    yield return device;
                }
            }
            else if (Of(path, status) is { } device)
            {
                yield return device;
            }
        }
    }

    private static Device? Of(string path, FileStatus status) => status.Kind is not (FileKind.BlockDevice or FileKind.CharacterDevice) ? null : new Device
    {
        Path = path,
        Type = status.Kind == FileKind.BlockDevice ? "b" : "c",
        Major = status.DeviceMajor,
        Minor = status.DeviceMinor,
        FileMode = status.Mode & 0xfff,
        Uid = status.User,
        Gid = status.Group,
    };

    /// <summary>TYPE MAJOR:MINOR ACCESS, where numbers may be "*".</summary>
    private static DeviceRule Rule(string text)
    {
        string[] parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] numbers = parts.Length == 3 ? parts[1].Split(':') : [];
        if (numbers.Length != 2 || parts[0] is not ("a" or "b" or "c") || !numbers.All(number => number == "*" || number.All(char.IsAsciiDigit)) || parts[2].Any(letter => letter is not ('r' or 'w' or 'm')))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid device cgroup rule format: '{text}'");
        }

        return new DeviceRule { Allow = true, Type = parts[0], Major = Of(numbers[0]), Minor = Of(numbers[1]), Access = parts[2] };

        static long? Of(string number) => number == "*" ? -1 : long.Parse(number, CultureInfo.InvariantCulture);
    }
}
