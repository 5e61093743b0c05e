namespace Wharf.Libcontainer;

/// <summary>A container that cannot be made, found or changed; the message is what runc's callers read.</summary>
public class ContainerException : Exception
{
    public ContainerException(string message)
        : base(message)
    {
    }

    public ContainerException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
