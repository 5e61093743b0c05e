namespace Wharf.Daemon.Devices;

/// <summary>A program that the runtime runs at a stage, by the stage's name in the runtime-spec.</summary>
internal sealed record CdiHook
{
    public string HookName { get; set => field = value ?? ""; } = "";

    public string Path { get; set => field = value ?? ""; } = "";

    public IReadOnlyList<string>? Args { get; set; }

    public IReadOnlyList<string>? Env { get; set; }

    public int? Timeout { get; set; }
}
