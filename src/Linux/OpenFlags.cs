namespace Wharf.Linux;

/// <summary>Flags of open(2), generic Linux values (x86-64 and arm64 differ only in Directory and NoFollow).</summary>
[Flags]
public enum OpenFlags
{
    ReadOnly = 0,
    WriteOnly = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    NoControllingTerminal = 0x100,
    Truncate = 0x200,
    Append = 0x400,
    NonBlocking = 0x800,
    CloseOnExec = 0x80000,
    Path = 0x200000,
    Directory = 0x10000000,
    NoFollow = 0x20000000,
}
