using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>An image that a user named.</summary>
/// <param name="Target">What the name points at: a manifest, or an index of several.</param>
/// <param name="Names">All names that point at it.</param>
/// <param name="Matched">The record that the user's name led to; null when it was an id.</param>
internal sealed record ResolvedImage(Descriptor Target, IReadOnlyList<ImageRecord> Names, ImageRecord? Matched)
{
    /// <summary>As the API shows it: the digest of the target, as dockerd names images in a containerd store.</summary>
    public Digest Id => Target.Digest;
}
