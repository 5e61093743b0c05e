using Wharf.Linux;

namespace Wharf.Network.Netlink;

/// <summary>A request that the kernel refused: what was to be done, the errno, and the kernel's own words if it has any.</summary>
public sealed class NetlinkException : IOException
{
    public NetlinkException(string step, Errno errno, string? words = null)
        : base(string.IsNullOrEmpty(words) ? $"{step}: {ErrnoText.Of(errno)}" : $"{step}: {ErrnoText.Of(errno)}: {words.TrimEnd('.')}") => Errno = errno;

    /// <summary>An answer that is no netlink message.</summary>
    public NetlinkException(string message)
        : base(message) => Errno = Errno.EBADMSG;

    public Errno Errno { get; }
}
