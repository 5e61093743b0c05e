using System.Text.Json.Serialization;
using Wharf.Oci.Digests;

namespace Wharf.Oci.Images;

/// <summary>The layers of an image, uncompressed, from the lowest: image-spec 1.1, config.md ("rootfs").</summary>
public sealed record RootFs
{
    public string? Type { get; init; }

    [JsonPropertyName("diff_ids")]
    public required IReadOnlyList<Digest> DiffIds { get; init; }

    /// <summary>
    /// For each layer the id of the stack that it tops: the first is its DiffID, each next one the digest of
    /// "chain id below, space, DiffID" (config.md#layer-chainid).
    /// </summary>
    public IReadOnlyList<Digest> ChainIds()
    {
        var chain = new List<Digest>(DiffIds.Count);
        foreach (Digest diffId in DiffIds)
        {
            chain.Add(chain.Count == 0 ? diffId : Digest.Of($"{chain[^1]} {diffId}"));
        }

        return chain;
    }
}
