namespace Wharf.Libcontainer.Criu;

/// <summary>criu_opts of criu's images/rpc.proto, as far as it is used; each number of a descriptor is one of this process, except those that criu inherits.</summary>
internal sealed record CriuOptions
{
    internal int ImagesDirectory { get; init; }

    internal int? WorkDirectory { get; init; }

    internal int? Pid { get; init; }

    internal required string LogFile { get; init; }

    internal required string Root { get; init; }

    internal required CriuCgroupMode ManageCgroups { get; init; }

    internal bool LeaveRunning { get; init; }

    internal bool ExternalUnixSockets { get; init; }

    internal bool TcpEstablished { get; init; }

    internal bool TcpSkipInFlight { get; init; }

    internal bool EvasiveDevices { get; init; }

    internal bool ShellJob { get; init; }

    internal bool FileLocks { get; init; }

    internal bool LinkRemap { get; init; }

    internal bool AutoDedup { get; init; }

    internal bool LazyPages { get; init; }

    internal int? StatusDescriptor { get; init; }

    internal bool RestoreSibling { get; init; }

    internal PageServer? PageServer { get; init; }

    internal string? ParentImage { get; init; }

    internal bool TrackMemory { get; init; }

    internal uint EmptyNamespaces { get; init; }

    internal string? FreezeCgroup { get; init; }

    internal string? ConfigurationFile { get; init; }

    internal string? LsmProfile { get; init; }

    internal string? LsmMountContext { get; init; }

    /// <summary>Mounts whose other side is outside the container: a key, and what is behind it.</summary>
    internal IReadOnlyList<(string Key, string Value)> ExternalMounts { get; init; } = [];

    /// <summary>Other things that stay outside: "net[INODE]:KEY".</summary>
    internal IReadOnlyList<string> External { get; init; } = [];

    /// <summary>What stands for an external thing of the image: its key, and a descriptor's number in criu.</summary>
    internal IReadOnlyList<(string Key, int Number)> InheritedDescriptors { get; init; } = [];

    internal IReadOnlyList<(string Type, string Path)> JoinedNamespaces { get; init; } = [];

    internal IReadOnlyList<(string Controller, string Path)> CgroupRoots { get; init; } = [];

    internal ProtobufWriter Write()
    {
        const int logEverythingButDebug = 4;
        ProtobufWriter message = new ProtobufWriter()
            .Number(1, ImagesDirectory)
            .Number(2, Pid)
            .Flag(3, LeaveRunning)
            .Flag(4, ExternalUnixSockets)
            .Flag(5, TcpEstablished)
            .Flag(6, EvasiveDevices)
            .Flag(7, ShellJob)
            .Flag(8, FileLocks)
            .Number(9, logEverythingButDebug)
            .Text(10, LogFile)
            .Message(11, PageServer is { } server ? new ProtobufWriter().Text(1, server.Address).Number(2, server.Port) : null)
            .Flag(12, true) // notifications over this socket
            .Text(13, Root)
            .Text(14, ParentImage)
            .Flag(15, TrackMemory)
            .Flag(16, AutoDedup)
            .Number(17, WorkDirectory)
            .Flag(18, LinkRemap)
            .Flag(24, true) // superseded by 34, but a criu of old reads only this
            .Flag(26, RestoreSibling)
            .Number(34, (int)ManageCgroups)
            .Number(38, EmptyNamespaces)
            .Text(44, FreezeCgroup)
            .Flag(46, TcpSkipInFlight)
            .Flag(48, LazyPages)
            .Number(49, StatusDescriptor)
            .Flag(50, true) // masters of terminals without a holder come by notification
            .Text(51, ConfigurationFile)
            .Text(53, LsmProfile)
            .Text(63, LsmMountContext);
        foreach ((string key, string value) in ExternalMounts)
        {
            message.Message(23, new ProtobufWriter().Text(1, key).Text(2, value));
        }

        foreach ((string controller, string path) in CgroupRoots)
        {
            message.Message(25, new ProtobufWriter().Text(1, controller).Text(2, path));
        }

        foreach ((string key, int number) in InheritedDescriptors)
        {
            message.Message(27, new ProtobufWriter().Text(1, key).Number(2, number));
        }

        foreach (string thing in External)
        {
            message.Text(37, thing);
        }

        foreach ((string type, string path) in JoinedNamespaces)
        {
            message.Message(39, new ProtobufWriter().Text(1, type).Text(2, path));
        }

        return message;
    }
}
