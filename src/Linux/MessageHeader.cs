using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>struct msghdr on 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal byte* Name;
    internal ulong NameLength;
    internal nuint* Vectors;
    internal ulong VectorCount;
    internal byte* Control;
    internal ulong ControlLength;
    internal ulong Flags;
}
