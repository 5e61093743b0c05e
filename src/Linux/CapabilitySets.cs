namespace Wharf.Linux;

/// <summary>The five capability sets of a thread as bit masks, and how they are taken on.</summary>
public sealed record CapabilitySets(ulong Bounding, ulong Effective, ulong Inheritable, ulong Permitted, ulong Ambient)
{
    /// <summary>Drops from the bounding set what is not in it. Needs CAP_SETPCAP, so it comes before <see cref="Apply"/>.</summary>
    public void ApplyBounding()
    {
        for (int capability = 0; capability < 64; capability++)
        {
            // The kernel's own count ends it: what a file of /proc says may be the container's (CVE-2025-52881).
            if ((Bounding & (1UL << capability)) == 0 && !CurrentProcess.DropFromBoundingSet(capability))
            {
                return;
            }
        }
    }

    /// <summary>capset(2) of the other sets, then the ambient one.</summary>
    public unsafe void Apply()
    {
        const uint version3 = 0x20080522;
        uint* header = stackalloc uint[2] { version3, 0 };
        uint* data = stackalloc uint[6]
        {
            (uint)Effective, (uint)Permitted, (uint)Inheritable,
            (uint)(Effective >> 32), (uint)(Permitted >> 32), (uint)(Inheritable >> 32),
        };
        Syscall.Invoke(SyscallNumber.capset, "capset", null, (nint)header, (nint)data);
        CurrentProcess.ClearAmbientSet();
        for (int capability = 0; capability < 64; capability++)
        {
            if ((Ambient & (1UL << capability)) != 0)
            {
                CurrentProcess.RaiseAmbient(capability);
            }
        }
    }
}
