namespace Wharf.Libcontainer.Seccomp;

/// <summary>Classic BPF: struct sock_filter packed into 8 bytes.</summary>
internal static class BpfInstruction
{
    internal const ushort LoadWord = 0x20;
    internal const ushort And = 0x54;
    internal const ushort JumpAlways = 0x05;
    internal const ushort JumpEqual = 0x15;
    internal const ushort JumpGreater = 0x25;
    internal const ushort JumpGreaterOrEqual = 0x35;
    internal const ushort ReturnConstant = 0x06;

    internal static ulong Load(uint offset) => Make(LoadWord, 0, 0, offset);

    internal static ulong Return(uint action) => Make(ReturnConstant, 0, 0, action);

    internal static ulong Jump(uint distance) => Make(JumpAlways, 0, 0, distance);

    internal static ulong Make(ushort code, int whenTrue, int whenFalse, uint constant) =>
        code | ((ulong)checked((byte)whenTrue) << 16) | ((ulong)checked((byte)whenFalse) << 24) | ((ulong)constant << 32);
}
