namespace Wharf.Libcontainer;

/// <summary>A container that cannot be made, found or changed; the message is what runc's callers read.</summary>
public class ContainerException : Exception
{
    /// <summary>An error that this library found.</summary>
    public ContainerException(string message)
        : base(message)
    {
    }

    /// <summary>An error that the kernel or a document is the cause of.</summary>
    public ContainerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
