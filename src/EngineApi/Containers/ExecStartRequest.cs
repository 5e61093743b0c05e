namespace Wharf.EngineApi.Containers;

/// <summary>How an exec is started.</summary>
public sealed record ExecStartRequest
{
    public bool Detach { get; set; }

    public bool Tty { get; set; }
}
