using System.IO.Compression;
using Wharf.Containerd.Streams;
using ZstdSharp;

namespace Wharf.Containerd.Layers;

/// <summary>Opens a layer by its first bytes, which are more reliable than its media type.</summary>
internal static class LayerCompression
{
    private const int MagicLength = 6;

    public static Stream Open(FileStream blob)
    {
        Span<byte> magic = stackalloc byte[MagicLength];
        int count = blob.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        blob.Position = 0;
        return Open(blob, magic[..count], "read layer");
    }

    /// <summary>The same for an archive that comes by and cannot be read twice.</summary>
    public static async Task<Stream> OpenAsync(Stream archive, string step, CancellationToken cancellation)
    {
        byte[] magic = new byte[MagicLength];
        int count = await archive.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return Open(new PeekedStream(magic.AsMemory(0, count), archive), magic.AsSpan(0, count), step);
    }

    private static Stream Open(Stream packed, ReadOnlySpan<byte> magic, string step) =>
        magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? new GZipStream(packed, CompressionMode.Decompress)
        : magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? new DecompressionStream(packed)
        : magic.StartsWith("BZh"u8) ? throw new InvalidDataException($"{step}: compression bzip2 is not supported")
        : magic.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? throw new InvalidDataException($"{step}: compression xz is not supported")
        : packed;
}
