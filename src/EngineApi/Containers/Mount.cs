namespace Wharf.EngineApi.Containers;

/// <summary>A mount that a create asks for: Mount of the API.</summary>
public sealed record Mount
{
    public string Type { get; set => field = value ?? ""; } = "";

    public string Source { get; set => field = value ?? ""; } = "";

    public string Target { get; set => field = value ?? ""; } = "";

    public bool ReadOnly { get; set; }

    public string Consistency { get; set => field = value ?? ""; } = "";

    public BindOptions? BindOptions { get; set; }

    public VolumeOptions? VolumeOptions { get; set; }

    public ImageOptions? ImageOptions { get; set; }

    public TmpfsOptions? TmpfsOptions { get; set; }
}
