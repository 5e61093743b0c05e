namespace Wharf.Registry;

/// <summary>What a caller may want to tell apart when a registry does not deliver.</summary>
public enum RegistryErrorKind
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>The registry failed (5xx) or answered what no registry answers.</summary>
    Unavailable,
    ManifestUnknown,
    NameUnknown,
    BlobUnknown,
    Unauthorized,
    Denied,
    TooManyRequests,

    /// <summary>The content is not what it should be.</summary>
    Malformed,
}
