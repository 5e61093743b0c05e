namespace Wharf.EngineApi.Containers;

/// <summary>How a folder of the host is mounted.</summary>
public sealed record BindOptions
{
    public string Propagation { get; set => field = value ?? ""; } = "";

    public bool NonRecursive { get; set; }

    public bool CreateMountpoint { get; set; }

    public bool ReadOnlyNonRecursive { get; set; }

    public bool ReadOnlyForceRecursive { get; set; }
}
