using Wharf.Oci.Images;
using Wharf.Oci.References;

namespace Wharf.Daemon.Images;

/// <summary>What an archive gets of one image.</summary>
/// <param name="Target">What the archive's index points at.</param>
/// <param name="Blobs">All that is behind it, what is pointed at before what points.</param>
/// <param name="Docker">The platform that readers of docker's older form find; null: none is here as a whole.</param>
internal sealed record SavedImage(Descriptor Target, IReadOnlyList<Descriptor> Blobs, ImageContent? Docker, IReadOnlyList<ImageReference> Names);
