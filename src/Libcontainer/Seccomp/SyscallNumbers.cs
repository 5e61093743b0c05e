namespace Wharf.Libcontainer.Seccomp;

/// <summary>The number of a call in each ABI, −1 where it does not exist.</summary>
internal readonly record struct SyscallNumbers(short X64, short X86, short X32, short Arm64)
{
    internal static SyscallNumbers None => new(-1, -1, -1, -1);

    internal int this[SeccompArchitecture architecture] => architecture switch
    {
        SeccompArchitecture.X64 => X64,
        SeccompArchitecture.X86 => X86,
        SeccompArchitecture.X32 => X32,
        _ => Arm64,
    };
}
