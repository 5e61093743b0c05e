namespace Wharf.Containerd;

/// <summary>A failure for the caller. Its text ends with the kind in containerd's words, which clients look for.</summary>
internal sealed class ContainerdException(ErrorKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public ErrorKind Kind => kind;

    public static ContainerdException NotFound(string what) => new(ErrorKind.NotFound, what + ": not found");

    public static ContainerdException AlreadyExists(string what) => new(ErrorKind.AlreadyExists, what + ": already exists");

    public static ContainerdException Invalid(string what) => new(ErrorKind.InvalidArgument, what + ": invalid argument");

    public static ContainerdException Precondition(string what) => new(ErrorKind.FailedPrecondition, what + ": failed precondition");

    public static ContainerdException Unavailable(string what) => new(ErrorKind.Unavailable, what + ": unavailable");
}
