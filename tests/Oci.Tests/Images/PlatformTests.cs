using Wharf.Oci.Images;

namespace Wharf.Oci.Tests.Images;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("Linux/AMD64", "linux/amd64")]
    public void Is_spelt_in_one_way(string text, string normalised) => Assert.Equal(normalised, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("linux/")]
    [InlineData("a/b/c/d")]
    [InlineData("linux/am d64")]
    public void Refuses(string text) => Assert.Throws<FormatException>(() => Platform.Parse(text));

    [Theory]
    [InlineData("linux/amd64", "linux/amd64", 0)]
    [InlineData("linux/amd64/v3", "linux/amd64", 2)]
    [InlineData("linux/amd64", "linux/amd64/v3", null)]
    [InlineData("linux/amd64", "linux/386", 100)]
    [InlineData("linux/amd64", "linux/arm64", null)]
    [InlineData("linux/amd64", "windows/amd64", null)]
    [InlineData("linux/arm64", "linux/arm/v7", 101)]
    [InlineData("linux/arm/v6", "linux/arm/v7", null)]
    public void Tells_how_well_an_image_runs(string host, string image, int? distance) =>
        Assert.Equal(distance, Platform.Parse(host).Distance(Platform.Parse(image)));
}
