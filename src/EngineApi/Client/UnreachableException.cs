namespace Wharf.EngineApi.Client;

/// <summary>No connection to the engine could be made.</summary>
public sealed class UnreachableException(string message, Exception? cause = null) : IOException(message, cause);
