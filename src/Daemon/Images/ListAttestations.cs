using System.Text.Json;
using Wharf.EngineApi.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>The statements that an image's index carries of one of its platforms, as BuildKit attaches them.</summary>
internal sealed class ListAttestations(ImageResolver resolver, ContentStore content)
{
    private const string Kind = "vnd.docker.reference.type";
    private const string Subject = "vnd.docker.reference.digest";
    private const string Predicate = "in-toto.io/predicate-type";
    private const int LargestStatement = 16 << 20;

    internal async Task<IReadOnlyList<AttestationStatement>> RunAsync(string name, Platform? platform, IReadOnlyList<string> types, bool withStatement, CancellationToken cancellation)
    {
        (ResolvedImage image, ImageContent read) = await resolver.ReadAsync(name, platform, cancellation).ConfigureAwait(false);
        if (!MediaTypes.IsIndex(image.Target.MediaType) || await content.ReadAsync(image.Target.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is not { } index)
        {
            return [];
        }

        var found = new List<AttestationStatement>();
        string subject = read.ManifestDescriptor.Digest.ToString();
        foreach (Descriptor one in ImageDocuments.ReadIndex(index, image.Target.MediaType).Manifests.Where(one => one.Annotations?.GetValueOrDefault(Kind) == "attestation-manifest" && one.Annotations.GetValueOrDefault(Subject) == subject))
        {
            if (await content.ReadAsync(one.Digest, ImageDocuments.LargestManifest, cancellation).ConfigureAwait(false) is not { } manifest)
            {
                continue;
            }

            foreach (Descriptor layer in ImageDocuments.ReadManifest(manifest, one.MediaType).Layers)
            {
                if (layer.Annotations?.GetValueOrDefault(Predicate) is { } type && (types.Count == 0 || types.Contains(type)))
                {
                    found.Add(new AttestationStatement
                    {
                        Descriptor = new ContentDescriptor { MediaType = layer.MediaType, Digest = layer.Digest.ToString(), Size = layer.Size },
                        PredicateType = type,
                        Statement = withStatement ? await StatementAsync(layer, cancellation).ConfigureAwait(false) : null,
                    });
                }
            }
        }

        return found;
    }

    private async Task<JsonElement?> StatementAsync(Descriptor layer, CancellationToken cancellation)
    {
        if (await content.ReadAsync(layer.Digest, LargestStatement, cancellation).ConfigureAwait(false) is not { } bytes)
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.System, $"read attestation \"{layer.Digest}\": {error.Message.TrimEnd('.')}", error);
        }
    }
}
