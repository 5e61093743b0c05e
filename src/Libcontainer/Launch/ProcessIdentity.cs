using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>Who a container's process is: ids, groups, capabilities, privileges. Prepared before the clone, taken on after it.</summary>
internal sealed class ProcessIdentity
{
    private readonly Process process;
    private readonly CapabilitySets? capabilities;

    // Asked before the clone, after which every user may be root.
    private readonly bool privileged = CurrentProcess.EffectiveUserId == 0;

    internal ProcessIdentity(Process process, Action<string> warn)
    {
        this.process = process;
        if (!privileged && process.User?.AdditionalGids is { Count: > 0 })
        {
            throw new ContainerException("cannot set any additional groups in a rootless container");
        }

        capabilities = process.Capabilities is { } sets
            ? new CapabilitySets(Mask(sets.Bounding, warn), Mask(sets.Effective, warn), Mask(sets.Inheritable, warn), Mask(sets.Permitted, warn), Mask(sets.Ambient, warn))
            : new CapabilitySets(0, 0, 0, 0, 0);
        foreach (string name in process.Capabilities?.Ambient ?? [])
        {
            // The kernel's rule, prctl(2) PR_CAP_AMBIENT_RAISE.
            int number = CapabilityNames.Number(name);
            if (number >= 0 && (capabilities.Permitted & capabilities.Inheritable & (1UL << number)) == 0)
            {
                warn($"can't raise ambient capability {name}: {ErrnoText.Of(Errno.EPERM)}");
            }
        }
    }

    internal uint User => process.User?.Uid ?? 0;

    /// <summary>From the bounding set to the last capability, in the order that the kernel's rules need.</summary>
    /// <remarks>/proc is the runtime's, not the container's; it is needed only where another user namespace may deny groups.</remarks>
    internal void TakeOn(ProcFiles proc, bool foreignUsers)
    {
        CurrentProcess.SetKeepCapabilities(true);
        capabilities!.ApplyBounding();
        User user = process.User ?? new User();
        if (user.Umask is { } mask)
        {
            CurrentProcess.SetUmask(mask);
        }

        bool groups = privileged && (!foreignUsers || MaySetGroups(proc));
        try
        {
            CurrentProcess.SetIdentity(user.Uid, user.Gid, groups ? user.AdditionalGids ?? [] : null);
        }
        catch (SyscallException error) when (groups && error.Errno == Errno.EPERM && user.AdditionalGids is not { Count: > 0 } && !MaySetGroups(proc))
        {
            // The runtime itself is root of a user namespace that has given up setgroups(2).
            CurrentProcess.SetIdentity(user.Uid, user.Gid, null);
        }

        CurrentProcess.SetKeepCapabilities(false);
        capabilities.Apply();
    }

    private static bool MaySetGroups(ProcFiles proc)
    {
        using FileDescriptor file = proc.Open("thread-self/setgroups", OpenFlags.ReadOnly);
        Span<byte> word = stackalloc byte[16];
        return !word[..Files.Read(file, word, "/proc/self/setgroups")].StartsWith("deny"u8);
    }

    private static ulong Mask(IReadOnlyList<string>? names, Action<string> warn)
    {
        ulong mask = 0;
        foreach (string name in names ?? [])
        {
            int number = CapabilityNames.Number(name);
            if (number < 0)
            {
                warn($"ignoring unknown or unavailable capabilities: [{name}]");
            }
            else
            {
                mask |= 1UL << number;
            }
        }

        return mask;
    }
}
