namespace Wharf.Containerd.Rpc;

/// <summary>The largest messages, in bytes; beyond them a call ends with "resource exhausted".</summary>
internal readonly record struct GrpcLimits(int Request, int Answer);
