using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>A request that fails, with the status that containerd maps to its own errors.</summary>
internal sealed class ShimException(string message, TtrpcStatus status = TtrpcStatus.Unknown) : Exception(message)
{
    internal TtrpcStatus Status => status;

    internal static ShimException NotFound(string message) => new(message, TtrpcStatus.NotFound);

    internal static ShimException Precondition(string message) => new(message, TtrpcStatus.FailedPrecondition);
}
