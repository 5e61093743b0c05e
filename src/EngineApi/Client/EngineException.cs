namespace Wharf.EngineApi.Client;

/// <summary>An answer of the engine that is an error: its status and its own words.</summary>
public sealed class EngineException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
