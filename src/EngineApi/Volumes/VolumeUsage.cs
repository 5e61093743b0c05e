namespace Wharf.EngineApi.Volumes;

/// <summary>What a volume takes, and how many containers have it. -1: not known.</summary>
public sealed record VolumeUsage
{
    public long Size { get; set; }

    public long RefCount { get; set; }
}
