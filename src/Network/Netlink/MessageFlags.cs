namespace Wharf.Network.Netlink;

/// <summary>Flags of a request's header: netlink(7).</summary>
[Flags]
internal enum MessageFlags : ushort
{
    None = 0,
    Request = 1,
    Acknowledge = 4,

    /// <summary>Of a request for something new.</summary>
    Replace = 0x100,

    /// <inheritdoc cref="Replace"/>
    Exclusive = 0x200,

    /// <summary>Of a request for a list.</summary>
    Dump = 0x300,

    /// <inheritdoc cref="Replace"/>
    Create = 0x400,
}
