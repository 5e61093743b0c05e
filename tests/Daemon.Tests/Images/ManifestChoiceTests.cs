using Wharf.Daemon.Images;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class ManifestChoiceTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/arm64 linux/amd64 linux/386", 1)]
    [InlineData("linux/amd64", "linux/386 windows/amd64", 0)]
    [InlineData("linux/amd64", "linux/amd64/v3 linux/amd64", 1)]
    [InlineData("linux/arm/v7", "linux/arm/v5 linux/arm/v6 linux/arm64", 1)]
    [InlineData("linux/amd64", "linux/amd64 linux/amd64", 0)]
    [InlineData("linux/amd64", "linux/s390x", null)]
    public void Takes_the_nearest(string platform, string entries, int? chosen)
    {
        var index = new ImageIndex { SchemaVersion = 2, Manifests = [.. entries.Split(' ').Select((entry, position) => Entry(position, Platform.Parse(entry)))] };

        Descriptor? best = ManifestChoice.Best(index, Platform.Parse(platform));

        Assert.Equal(chosen is { } position ? index.Manifests[position] : null, best);
    }

    [Fact]
    public void Takes_what_says_no_platform_only_when_nothing_else_fits()
    {
        var index = new ImageIndex { SchemaVersion = 2, Manifests = [Entry(0, null), Entry(1, Platform.Parse("linux/amd64"))] };

        Assert.Equal(index.Manifests[1], ManifestChoice.Best(index, Platform.Parse("linux/amd64")));
        Assert.Equal(index.Manifests[0], ManifestChoice.Best(index, Platform.Parse("linux/s390x")));
    }

    [Fact]
    public void Never_takes_an_attestation()
    {
        Descriptor attestation = Entry(0, null) with { Annotations = new Dictionary<string, string> { [Annotations.DockerReferenceType] = "attestation-manifest" } };

        Assert.Null(ManifestChoice.Best(new ImageIndex { SchemaVersion = 2, Manifests = [attestation] }, Platform.Host));
    }

    private static Descriptor Entry(int number, Platform? platform) =>
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of($"{number}"), Size = 1, Platform = platform };
}
