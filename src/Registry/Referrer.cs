using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Registry;

/// <summary>A manifest that is about another: distribution-spec, "Referrers tag schema".</summary>
internal sealed record Referrer(Digest Subject, Descriptor Descriptor)
{
    /// <summary>The tag of the index in which clients keep what refers to a manifest.</summary>
    public static string TagOf(Digest subject) => $"{subject.Algorithm}-{subject.Encoded}";

    /// <summary>Null when the manifest is about nothing.</summary>
    public static Referrer? Of(RegistryManifest manifest)
    {
        string mediaType = manifest.Descriptor.MediaType;
        if (MediaTypes.IsIndex(mediaType))
        {
            ImageIndex index = ImageDocuments.ReadIndex(manifest.Content.Span, mediaType);
            return index.Subject is null ? null : new Referrer(index.Subject.Digest, manifest.Descriptor with { ArtifactType = index.ArtifactType, Annotations = index.Annotations });
        }

        Manifest read = ImageDocuments.ReadManifest(manifest.Content.Span, mediaType);
        return read.Subject is null ? null : new Referrer(read.Subject.Digest, manifest.Descriptor with { ArtifactType = read.ArtifactType ?? read.Config.MediaType, Annotations = read.Annotations });
    }
}
