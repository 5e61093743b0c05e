namespace Wharf.ContainerdApi.Grpc;

/// <summary>Where the one answer of a call goes.</summary>
internal abstract class UnaryReply
{
    /// <summary>Keeps the message; it counts only once the call has ended well.</summary>
    public abstract void Take(GrpcPayload payload);

    public abstract void Complete();

    public abstract void Fail(Exception error);
}
