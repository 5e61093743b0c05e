using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>Picks from an index what runs on a platform.</summary>
internal static class ManifestChoice
{
    /// <summary>The entry that is nearest to <paramref name="platform"/>, the first where several are; null when none runs there.</summary>
    public static Descriptor? Best(ImageIndex index, Platform platform) =>
        index.Manifests
            .Where(entry => MediaTypes.IsIndex(entry.MediaType) || MediaTypes.IsManifest(entry.MediaType))
            .Where(entry => entry.Annotations?.ContainsKey(Annotations.DockerReferenceType) != true)
            // An entry that does not say what it is for comes last: its config will tell.
            .Select(entry => (Entry: entry, Distance: entry.Platform is { } own ? platform.Distance(own) : int.MaxValue))
            .Where(pair => pair.Distance is not null)
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Entry)
            .FirstOrDefault();
}
