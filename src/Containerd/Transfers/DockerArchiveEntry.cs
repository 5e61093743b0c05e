namespace Wharf.Containerd.Transfers;

/// <summary>An image of docker's archive: an element of its manifest.json.</summary>
internal sealed record DockerArchiveEntry
{
    public required string Config { get; init; }

    public IReadOnlyList<string>? RepoTags { get; init; }

    public required IReadOnlyList<string> Layers { get; init; }
}
