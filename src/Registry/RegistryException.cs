namespace Wharf.Registry;

/// <summary>A registry did not deliver. The text is that of the distribution-spec's error ("code: message") where the registry sent one.</summary>
public sealed class RegistryException(RegistryErrorKind kind, string message, Exception? cause = null) : Exception(message, cause)
{
    public RegistryErrorKind Kind { get; } = kind;

    /// <summary>Another attempt may succeed.</summary>
    public bool IsTransient => Kind is RegistryErrorKind.Unreachable or RegistryErrorKind.Unavailable or RegistryErrorKind.TooManyRequests;

    /// <summary>How long the registry asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
