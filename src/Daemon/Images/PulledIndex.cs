using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

internal sealed record PulledIndex(Descriptor Descriptor, ReadOnlyMemory<byte> Content, ImageIndex Index);
