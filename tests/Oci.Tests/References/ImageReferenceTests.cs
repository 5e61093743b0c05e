using Wharf.Oci.References;

namespace Wharf.Oci.Tests.References;

public sealed class ImageReferenceTests
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("library/busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("index.docker.io/library/busybox", "docker.io/library/busybox", "busybox")]
    [InlineData("grafana/loki", "docker.io/grafana/loki", "grafana/loki")]
    [InlineData("library/a/b", "docker.io/library/a/b", "library/a/b")]
    [InlineData("localhost/x", "localhost/x", "localhost/x")]
    [InlineData("localhost:5000/x:y", "localhost:5000/x:y", "localhost:5000/x:y")]
    [InlineData("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c")]
    [InlineData("[::1]:5000/a", "[::1]:5000/a", "[::1]:5000/a")]
    [InlineData("quay.io/a__b/c-d.e_f:T.a-g_1", "quay.io/a__b/c-d.e_f:T.a-g_1", "quay.io/a__b/c-d.e_f:T.a-g_1")]
    [InlineData("a---b/c", "docker.io/a---b/c", "a---b/c")]
    [InlineData("HOST/x", "HOST/x", "HOST/x")]
    [InlineData("busybox@sha256:" + Hash, "docker.io/library/busybox@sha256:" + Hash, "busybox@sha256:" + Hash)]
    [InlineData("busybox:a@sha256:" + Hash, "docker.io/library/busybox:a@sha256:" + Hash, "busybox:a@sha256:" + Hash)]
    public void Normalises_as_docker_does(string text, string normalised, string familiar)
    {
        ImageReference reference = ImageReference.Parse(text);

        Assert.Equal(normalised, reference.ToString());
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(reference, ImageReference.Parse(normalised));
        Assert.Equal(reference, ImageReference.Parse(familiar));
    }

    [Theory]
    [InlineData("", "invalid reference format")]
    [InlineData(":x", "invalid reference format")]
    [InlineData("a:", "invalid reference format")]
    [InlineData("a b", "invalid reference format")]
    [InlineData("a//b", "invalid reference format")]
    [InlineData("/a", "invalid reference format")]
    [InlineData("a/", "invalid reference format")]
    [InlineData("a..b", "invalid reference format")]
    [InlineData("../etc/passwd", "invalid reference format")]
    [InlineData("a\n", "invalid reference format")]
    [InlineData("a:x/y", "invalid reference format")]
    [InlineData("a@sha256:12", "invalid reference format")]
    [InlineData("a@md5:d41d8cd98f00b204e9800998ecf8427e", "invalid reference format")]
    [InlineData("-host.x/a", "invalid reference format")]
    [InlineData("Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase")]
    [InlineData("a/B:x", "invalid reference format: repository name (a/B) must be lowercase")]
    [InlineData(Hash, "invalid repository name (" + Hash + "), cannot specify 64-byte hexadecimal strings")]
    public void Refuses_in_dockers_words(string text, string message)
    {
        Assert.Equal(message, Assert.Throws<FormatException>(() => ImageReference.Parse(text)).Message);
        Assert.False(ImageReference.TryParse(text, out _));
    }

    [Fact]
    public void Refuses_names_that_are_too_long() =>
        Assert.Equal(
            "repository name must not be more than 255 characters",
            Assert.Throws<FormatException>(() => ImageReference.Parse(new string('a', 256))).Message);

    [Fact]
    public void Adds_latest_only_where_nothing_is_said()
    {
        Assert.Equal("busybox:latest", ImageReference.Parse("busybox").OrLatest().Familiar);
        Assert.Equal("busybox:1", ImageReference.Parse("busybox:1").OrLatest().Familiar);
        Assert.Null(ImageReference.Parse($"busybox@sha256:{Hash}").OrLatest().Tag);
    }
}
