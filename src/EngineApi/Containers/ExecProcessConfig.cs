namespace Wharf.EngineApi.Containers;

/// <summary>The program of an exec.</summary>
public sealed record ExecProcessConfig
{
    public bool tty { get; set; }

    public string entrypoint { get; set; } = "";

    public IReadOnlyList<string> arguments { get; set; } = [];

    public bool privileged { get; set; }
}
