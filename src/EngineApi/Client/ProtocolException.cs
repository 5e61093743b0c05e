namespace Wharf.EngineApi.Client;

/// <summary>What came over the connection is not the Engine API, or ended too early.</summary>
public sealed class ProtocolException(string message, Exception? cause = null) : IOException(message, cause);
