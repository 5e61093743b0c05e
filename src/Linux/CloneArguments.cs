using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>struct clone_args of clone3(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CloneArguments
{
    internal ulong Flags;
    internal ulong PidFd;
    internal ulong ChildTid;
    internal ulong ParentTid;
    internal ulong ExitSignal;
    internal ulong Stack;
    internal ulong StackSize;
    internal ulong Tls;
    internal ulong SetTid;
    internal ulong SetTidSize;
    internal ulong Cgroup;
}
