using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>The manifest that a pull chose, and the indexes that led to it, outermost first.</summary>
internal sealed record PulledManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content, Manifest Manifest, IReadOnlyList<PulledIndex> Indexes);
