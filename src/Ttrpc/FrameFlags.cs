namespace Wharf.Ttrpc;

/// <summary>What a frame says of its stream. A request without any is a call of one message and one answer.</summary>
[Flags]
public enum FrameFlags : byte
{
    None = 0,

    /// <summary>The sender has no more to send.</summary>
    RemoteClosed = 1,

    /// <summary>Of a request: data follows.</summary>
    RemoteOpen = 2,

    /// <summary>Of data: there is none, not even an empty message.</summary>
    NoData = 4,
}
