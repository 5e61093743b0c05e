using Wharf.Ttrpc;

namespace Wharf.Shim.Rpc;

/// <summary>A call that came over a connection, until it has its one answer. It may wait for as long as a container runs.</summary>
internal sealed class PendingCall(TtrpcRequest request, Action<TtrpcResponse> respond)
{
    internal TtrpcRequest Request => request;

    /// <summary>Answered, or nobody waits for the answer any more.</summary>
    internal bool Done { get; private set; }

    internal void Answer(ProtoWriter message) => Respond(new TtrpcResponse(TtrpcStatus.Ok, string.Empty, message.ToArray()));

    internal void Fail(TtrpcStatus status, string message) => Respond(new TtrpcResponse(status, message, []));

    internal void Abandon() => Done = true;

    private void Respond(TtrpcResponse response)
    {
        if (!Done)
        {
            Done = true;
            respond(response);
        }
    }
}
