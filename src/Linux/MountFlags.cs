namespace Wharf.Linux;

/// <summary>Flags of mount(2).</summary>
[Flags]
public enum MountFlags : uint
{
    None = 0,
    ReadOnly = 1,
    NoSuid = 2,
    NoDev = 4,
    NoExec = 8,
    Synchronous = 16,
    Remount = 32,
    MandatoryLocking = 64,
    DirSync = 128,
    NoSymFollow = 256,
    NoAtime = 1024,
    NoDirAtime = 2048,
    Bind = 4096,
    Recursive = 16384,
    Silent = 32768,
    PosixAcl = 1 << 16,
    Unbindable = 1 << 17,
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
    RelativeAtime = 1 << 21,
    InodeVersion = 1 << 23,
    StrictAtime = 1 << 24,
    LazyTime = 1 << 25,
}
