namespace Wharf.Linux;

/// <summary>Flags of clone3(2), unshare(2) and setns(2).</summary>
[Flags]
public enum CloneFlags : ulong
{
    None = 0,
    NewTime = 0x80,
    Parent = 0x8000,
    NewMount = 0x20000,
    NewCgroup = 0x2000000,
    NewUts = 0x4000000,
    NewIpc = 0x8000000,
    NewUser = 0x10000000,
    NewPid = 0x20000000,
    NewNet = 0x40000000,
    IntoCgroup = 0x200000000,
}
