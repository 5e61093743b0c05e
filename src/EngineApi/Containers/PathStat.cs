namespace Wharf.EngineApi.Containers;

/// <summary>What the header X-Docker-Container-Path-Stat tells of a file.</summary>
public sealed record PathStat
{
    public string name { get; set => field = value ?? ""; } = "";

    public long size { get; set; }

    /// <summary>Go's os.FileMode.</summary>
    public uint mode { get; set; }

    public string mtime { get; set => field = value ?? ""; } = "";

    public string linkTarget { get; set => field = value ?? ""; } = "";
}
