using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Wharf.Oci.Images;

/// <summary>What an image runs on: image-spec 1.1, image-index.md ("platform").</summary>
public sealed record Platform
{
    public required string Architecture { get; init; }

    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    public string? Variant { get; init; }

    /// <summary>This machine.</summary>
    public static Platform Host { get; } = new Platform
    {
        Os = "linux",
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.X86 => "386",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            System.Runtime.InteropServices.Architecture.Arm or System.Runtime.InteropServices.Architecture.Armv6 => "arm",
            System.Runtime.InteropServices.Architecture.Ppc64le => "ppc64le",
            var other => other.ToString().ToLowerInvariant(),
        },
    }.Normalised();

    /// <summary>Reads <c>os</c>, <c>os/architecture</c> or <c>os/architecture/variant</c>; what is not said is as <see cref="Host"/>.</summary>
    public static Platform Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length is 0 or > 3 || parts.Any(part => part.Length == 0 || part.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-' or '.'))))
        {
            throw new FormatException($"\"{text}\" is an invalid OS or architecture or variant: expected os[/architecture[/variant]]");
        }

        if (parts.Length == 1)
        {
            // One word is an operating system or an architecture.
            return parts[0].ToLowerInvariant() is "linux" or "windows" or "darwin" or "freebsd"
                ? (Host with { Os = parts[0] }).Normalised()
                : new Platform { Os = Host.Os, Architecture = parts[0] }.Normalised();
        }

        return new Platform { Os = parts[0], Architecture = parts[1], Variant = parts.Length == 3 ? parts[2] : null }.Normalised();
    }

    /// <summary>The usual spelling: <c>x86_64</c> is <c>amd64</c>, <c>aarch64</c> is <c>arm64</c>, and the variants that an architecture implies are left out.</summary>
    public Platform Normalised()
    {
        string? variant = string.IsNullOrEmpty(Variant) ? null : Variant.ToLowerInvariant();
        (string architecture, variant) = Architecture.ToLowerInvariant() switch
        {
            "x86_64" or "x86-64" or "amd64" => ("amd64", variant == "v1" ? null : variant),
            "i386" or "i686" or "386" => ("386", null),
            "aarch64" or "arm64" => ("arm64", variant is "8" or "v8" ? null : variant),
            "armhf" => ("arm", "v7"),
            "armel" => ("arm", "v6"),
            "arm" => ("arm", variant switch { null or "7" => "v7", "5" or "6" or "8" => "v" + variant, _ => variant }),
            var other => (other, variant),
        };
        return this with { Architecture = architecture, Os = Os.ToLowerInvariant(), Variant = variant };
    }

    /// <summary>How well an image for <paramref name="image"/> runs here: 0 is exact, more is worse, null is not at all.</summary>
    public int? Distance(Platform image)
    {
        Platform host = Normalised();
        Platform other = image.Normalised();
        if (host.Os != other.Os)
        {
            return null;
        }

        if (host.Architecture == other.Architecture)
        {
            int have = Level(host);
            int need = Level(other);
            return need > have ? null : have - need;
        }

        // 64-bit machines run the 32-bit programs of their family.
        return (host.Architecture, other.Architecture) switch
        {
            ("amd64", "386") => 100,
            ("arm64", "arm") => 100 + (8 - Level(other)),
            _ => null,
        };
    }

    public override string ToString() => string.IsNullOrEmpty(Variant) ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    /// <summary>The number of a variant such as v7; of none, the least that the architecture has.</summary>
    private static int Level(Platform platform) =>
        platform.Variant is ['v', .. var digits] && int.TryParse(digits.AsSpan(0, digits.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : digits.Length), out int level) ? level
        : platform.Architecture is "arm64" ? 8
        : platform.Architecture is "arm" ? 7
        : 1;
}
