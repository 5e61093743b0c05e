namespace Wharf.Containerd;

/// <summary>What kind of failure a caller is told; each has one gRPC code.</summary>
internal enum ErrorKind
{
    Unknown,
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    Unavailable,
    OutOfRange,
    Unimplemented,
}
