namespace Wharf.Network.Netlink;

/// <summary>Flags of an answer's header: netlink(7).</summary>
[Flags]
internal enum AnswerFlags : ushort
{
    None = 0,

    /// <summary>What is listed changed while it was listed.</summary>
    DumpInterrupted = 0x10,

    /// <summary>An error without the body of the request.</summary>
    Capped = 0x100,

    /// <summary>An error with attributes.</summary>
    Extended = 0x200,
}
