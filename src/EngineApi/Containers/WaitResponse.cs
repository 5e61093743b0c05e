namespace Wharf.EngineApi.Containers;

/// <summary>How a container ended.</summary>
public sealed record WaitResponse
{
    public int StatusCode { get; set; }
}
