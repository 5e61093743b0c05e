namespace Wharf.Linux;

/// <summary>What statx(2) tells of a file.</summary>
public readonly record struct FileStatus(FileKind Kind, uint Mode, uint User, uint Group, ulong Inode, ulong Size, uint DeviceMajor, uint DeviceMinor, uint Links, ulong MountId);
