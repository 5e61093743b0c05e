using System.IO.Compression;
using ZstdSharp;

namespace Wharf.Containerd.Layers;

/// <summary>Opens a layer by its first bytes, which are more reliable than its media type.</summary>
internal static class LayerCompression
{
    public static Stream Open(FileStream blob)
    {
        Span<byte> magic = stackalloc byte[6];
        int count = blob.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        blob.Position = 0;
        magic = magic[..count];
        return magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? new GZipStream(blob, CompressionMode.Decompress)
            : magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? new DecompressionStream(blob)
            : magic.StartsWith("BZh"u8) ? throw new InvalidDataException("read layer: compression bzip2 is not supported")
            : magic.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? throw new InvalidDataException("read layer: compression xz is not supported")
            : blob;
    }
}
