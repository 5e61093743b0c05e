using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Shim.Rpc;

/// <summary>A call that came over a connection, until it has its one answer. It may wait for as long as a container runs.</summary>
internal sealed class PendingCall(TtrpcRequest request, Action<TtrpcResponse> respond)
{
    internal TtrpcRequest Request => request;

    /// <summary>Answered, or nobody waits for the answer any more.</summary>
    internal bool Done { get; private set; }

    /// <summary>Ends what the call has begun, when its deadline has passed.</summary>
    internal Action? Expired { get; set; }

    internal void Answer(ProtoWriter message) => Respond(new TtrpcResponse(TtrpcStatus.Ok, string.Empty, message.ToArray()));

    internal void Fail(TtrpcStatus status, string message) => Respond(new TtrpcResponse(status, message, []));

    internal void Abandon() => Done = true;

    internal void Expire()
    {
        if (!Done)
        {
            Fail(TtrpcStatus.DeadlineExceeded, "context deadline exceeded");
            Expired?.Invoke();
        }
    }

    /// <summary>After a wait: whoever asked may have given up meanwhile, and what was asked for is not to be begun.</summary>
    internal void ThrowIfDone()
    {
        if (Done)
        {
            throw new ShimException("context canceled", TtrpcStatus.Canceled);
        }
    }

    private void Respond(TtrpcResponse response)
    {
        if (!Done)
        {
            Done = true;
            Failpoint.Pass("shim.answer." + request.Method);
            respond(response);
        }
    }
}
