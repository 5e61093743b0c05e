namespace Wharf.EngineApi.Containers;

/// <summary>A path of a container that is not as in its image.</summary>
public sealed record FilesystemChange
{
    public string Path { get; set => field = value ?? ""; } = "";

    /// <summary>0: changed, 1: added, 2: deleted.</summary>
    public int Kind { get; set; }
}
