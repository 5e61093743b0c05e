using System.Runtime.InteropServices;

namespace Wharf.Linux;

/// <summary>struct epoll_event, packed as on x86-64; arm64 has four more bytes between.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
internal struct EpollEvent
{
    internal uint Events;
    internal int Descriptor;
    internal int Unused;
}
