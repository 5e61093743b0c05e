namespace Wharf.Daemon;

/// <summary>What kind of failure an operation met; one switch turns it into an HTTP status.</summary>
internal enum EngineErrorKind
{
    InvalidParameter,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    NotModified,
    NotImplemented,
    Unavailable,
    System,
}
