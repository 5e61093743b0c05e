namespace Wharf.Linux;

/// <summary>MOUNT_ATTR_ flags of mount_setattr(2) and fsmount(2).</summary>
[Flags]
public enum MountAttributes : ulong
{
    None = 0,
    ReadOnly = 0x1,
    NoSuid = 0x2,
    NoDev = 0x4,
    NoExec = 0x8,
    NoAtime = 0x10,
    StrictAtime = 0x20,
    AtimeMask = 0x70,
    NoDirAtime = 0x80,
    IdMap = 0x100000,
    NoSymFollow = 0x200000,
}
