namespace Wharf.Linux;

/// <summary>The five capability sets of a thread as bit masks, and how they are taken on.</summary>
public sealed record CapabilitySets(ulong Bounding, ulong Effective, ulong Inheritable, ulong Permitted, ulong Ambient)
{
    /// <summary>Drops from the bounding set what is not in it. Needs CAP_SETPCAP, so it comes before <see cref="Apply"/>.</summary>
    public void ApplyBounding()
    {
        int last = LastCapability();
        for (int capability = 0; capability <= last; capability++)
        {
            if ((Bounding & (1UL << capability)) == 0)
            {
                CurrentProcess.DropFromBoundingSet(capability);
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

    private static int LastCapability() =>
        int.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), System.Globalization.CultureInfo.InvariantCulture);
}
