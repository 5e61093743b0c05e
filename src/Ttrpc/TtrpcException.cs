namespace Wharf.Ttrpc;

/// <summary>A call that the other side refused, or that could not be made (Unavailable).</summary>
public sealed class TtrpcException(TtrpcStatus status, string message, Exception? cause = null) : Exception(message, cause)
{
    public TtrpcStatus Status => status;

    /// <summary>The answer to a message above the limit.</summary>
    public static TtrpcException TooLong(int length) =>
        new(TtrpcStatus.ResourceExhausted, $"message length {length} exceed maximum message size of {FrameHeader.LengthLimit}");
}
