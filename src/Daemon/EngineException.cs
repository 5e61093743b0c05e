namespace Wharf.Daemon;

/// <summary>An operation failed; the message is what the client shows.</summary>
internal sealed class EngineException(EngineErrorKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public EngineErrorKind Kind { get; } = kind;
}
