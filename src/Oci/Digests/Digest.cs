using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Wharf.Oci.Digests;

/// <summary>
/// Names content by its hash: <c>sha256:…</c> (image-spec, descriptor.md#digests). Only well-formed digests of known algorithms exist,
/// so that one can be used as a file name.
/// </summary>
[JsonConverter(typeof(DigestJsonConverter))]
public sealed record Digest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private Digest(string algorithm, string encoded)
    {
        Algorithm = algorithm;
        Encoded = encoded;
    }

    public string Algorithm { get; }

    /// <summary>The hash in lower-case hexadecimal.</summary>
    public string Encoded { get; }

    /// <summary>Names of the algorithms that a digest may be of.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["sha256", "sha384", "sha512"];

    public static Digest Parse(string text) =>
        TryParse(text, out Digest? digest) ? digest : throw new FormatException($"digest {Quote(text)}: {Fault(text)}");

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Digest? digest)
    {
        digest = null;
        if (text is null || text.IndexOf(':', StringComparison.Ordinal) is var colon && colon < 0)
        {
            return false;
        }

        string algorithm = text[..colon];
        string encoded = text[(colon + 1)..];
        if (HexLength(algorithm) != encoded.Length || encoded.Length == 0 || encoded.AsSpan().ContainsAnyExcept(LowerHex))
        {
            return false;
        }

        digest = new Digest(algorithm, encoded);
        return true;
    }

    /// <summary>The sha256 digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new("sha256", Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The sha256 digest of a text in UTF-8.</summary>
    public static Digest Of(string content) => Of(System.Text.Encoding.UTF8.GetBytes(content));

    /// <summary>The digest that an incremental sha256 hash has come to; the hash starts anew.</summary>
    public static Digest Of(IncrementalHash hash) =>
        new(hash.AlgorithmName.Name!.ToLowerInvariant(), Convert.ToHexStringLower(hash.GetHashAndReset()));

    /// <summary>A hash of this digest's algorithm, to verify content against it.</summary>
    public IncrementalHash CreateHash() => IncrementalHash.CreateHash(Algorithm switch
    {
        "sha256" => HashAlgorithmName.SHA256,
        "sha384" => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    });

    /// <summary>Throws unless <paramref name="content"/> has this digest.</summary>
    public void Verify(ReadOnlySpan<byte> content)
    {
        using IncrementalHash hash = CreateHash();
        hash.AppendData(content);
        Digest actual = Of(hash);
        if (actual != this)
        {
            throw new DigestMismatchException(this, actual);
        }
    }

    public override string ToString() => $"{Algorithm}:{Encoded}";

    private static int HexLength(string algorithm) => algorithm switch
    {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => -1,
    };

    private static string Quote(string text) => $"\"{(text.Length > 160 ? text[..160] + "…" : text)}\"";

    private static string Fault(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? "no algorithm"
            : HexLength(text[..colon]) < 0 ? "unsupported algorithm"
            : HexLength(text[..colon]) != text.Length - colon - 1 ? "wrong length"
            : "not in lower-case hexadecimal";
    }
}
