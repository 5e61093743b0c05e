using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Images;

/// <summary>One line of <c>GET /images/json</c>.</summary>
public sealed record ImageSummary
{
    public required string Id { get; init; }

    public required string ParentId { get; init; }

    public required IReadOnlyList<string> RepoTags { get; init; }

    public required IReadOnlyList<string> RepoDigests { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long Created { get; init; }

    /// <summary>Bytes of the unpacked image.</summary>
    public required long Size { get; init; }

    /// <summary>Bytes that it shares with other images; -1 when it was not asked for.</summary>
    public required long SharedSize { get; init; }

    /// <summary>As <see cref="Size"/>, for clients before API 1.44.</summary>
    public long? VirtualSize { get; init; }

    /// <summary>Written even when there are none, as null: clients ask for its entries.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Containers made from it; -1 when it was not asked for.</summary>
    public required long Containers { get; init; }

    public ContentDescriptor? Descriptor { get; init; }

    /// <summary>Only when it was asked for.</summary>
    public IReadOnlyList<ImageManifestSummary>? Manifests { get; init; }
}
