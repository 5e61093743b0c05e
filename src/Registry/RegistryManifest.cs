using Wharf.Oci.Images;

namespace Wharf.Registry;

/// <summary>A manifest or index, byte for byte, verified against its digest.</summary>
public sealed record RegistryManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Content);
