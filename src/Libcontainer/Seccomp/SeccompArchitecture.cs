namespace Wharf.Libcontainer.Seccomp;

/// <summary>An ABI of system calls.</summary>
internal enum SeccompArchitecture
{
    X64,
    X86,
    X32,
    Arm64,
}
