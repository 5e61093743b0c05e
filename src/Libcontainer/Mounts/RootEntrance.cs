namespace Wharf.Libcontainer.Mounts;

/// <summary>How a container's process comes into its root.</summary>
internal enum RootEntrance
{
    /// <summary>pivot_root(2), after which nothing leads to the host's tree.</summary>
    Pivot,

    /// <summary>The root is moved over the host's, where there is nothing to pivot from (an initramfs).</summary>
    Move,

    /// <summary>chroot(2) alone, in a mount namespace that others live in.</summary>
    Change,
}
