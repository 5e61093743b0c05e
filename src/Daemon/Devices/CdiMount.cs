namespace Wharf.Daemon.Devices;

internal sealed record CdiMount
{
    public string HostPath { get; set => field = value ?? ""; } = "";

    public string ContainerPath { get; set => field = value ?? ""; } = "";

    public string? Type { get; set; }

    public IReadOnlyList<string>? Options { get; set; }
}
