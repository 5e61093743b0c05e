namespace Wharf.Linux;

/// <summary>What statx(2) tells of a file.</summary>
public readonly record struct FileStatus(FileKind Kind, uint Mode, uint User, uint Group, ulong Inode, ulong Size, uint DeviceMajor, uint DeviceMinor, uint FilesystemMajor, uint FilesystemMinor, uint Links, ulong MountId)
{
    /// <summary>Number of the filesystem that it is on; with the inode it names the file.</summary>
    public ulong Filesystem { get; init; }

    /// <summary>Bytes that it takes on its filesystem: holes are none.</summary>
    public ulong Allocated { get; init; }

    /// <summary>When its content changed last, since 1970.</summary>
    public long Seconds { get; init; }

    public uint Nanoseconds { get; init; }
}
