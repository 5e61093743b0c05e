using System.IO.Compression;
using Wharf.Oci.Images;
using ZstdSharp;

namespace Wharf.Daemon.Images;

/// <summary>How a stream is compressed, told by its first bytes.</summary>
internal static class Compression
{
    public const int MagicLength = 6;

    /// <summary>The media type of a layer that begins with <paramref name="magic"/>.</summary>
    public static string LayerMediaType(ReadOnlySpan<byte> magic) =>
        IsGzip(magic) ? MediaTypes.OciLayerGzip
        : IsZstd(magic) ? MediaTypes.OciLayerZstd
        : MediaTypes.OciLayer;

    /// <summary>What is inside a stream that begins with <paramref name="magic"/>; in process, never by a program that somebody else put there.</summary>
    /// <exception cref="ImageFormatException">A compression that is not supported.</exception>
    public static Stream Open(ReadOnlySpan<byte> magic, Stream stream) =>
        IsGzip(magic) ? new GZipStream(stream, CompressionMode.Decompress)
        : IsZstd(magic) ? new DecompressionStream(stream)
        : magic.StartsWith("BZh"u8) ? throw new ImageFormatException("read archive: compression bzip2 is not supported")
        : magic.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? throw new ImageFormatException("read archive: compression xz is not supported")
        : stream;

    private static bool IsGzip(ReadOnlySpan<byte> magic) => magic.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    private static bool IsZstd(ReadOnlySpan<byte> magic) => magic.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]);
}
