namespace Wharf.EngineApi.Containers;

/// <summary>One more process for a container.</summary>
public sealed record ExecCreateRequest
{
    public bool AttachStdin { get; set; }

    public bool AttachStdout { get; set; }

    public bool AttachStderr { get; set; }

    public bool Tty { get; set; }

    public string DetachKeys { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? Env { get; set; }

    public IReadOnlyList<string>? Cmd { get; set; }

    public bool Privileged { get; set; }

    public string User { get; set => field = value ?? ""; } = "";

    public string WorkingDir { get; set => field = value ?? ""; } = "";
}
