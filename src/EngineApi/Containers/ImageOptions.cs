namespace Wharf.EngineApi.Containers;

/// <summary>Which part of an image is mounted.</summary>
public sealed record ImageOptions
{
    public string Subpath { get; set => field = value ?? ""; } = "";
}
