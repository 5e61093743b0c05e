using Grpc.Core;

namespace Wharf.Containerd.Rpc;

/// <summary>Whose call it is: the namespace, and the lease that gets what the call makes.</summary>
internal readonly record struct CallScope(string Namespace, string? Lease)
{
    public const string NamespaceHeader = "containerd-namespace";
    public const string LeaseHeader = "containerd-lease";

    public static CallScope Of(ServerCallContext context)
    {
        string? lease = context.RequestHeaders.GetValue(LeaseHeader);
        string name = context.RequestHeaders.GetValue(NamespaceHeader) is { Length: > 0 } given
            ? given
            : throw new ContainerdException(ErrorKind.FailedPrecondition, "namespace is required: failed precondition");
        Identifier.Check(name, "namespace");
        return new CallScope(name, string.IsNullOrEmpty(lease) ? null : lease);
    }
}
