using System.Text;
using Wharf.Oci.Images;

namespace Wharf.Oci.Tests.Images;

public sealed class ImageDocumentsTests
{
    private const string Hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Config = "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" + Hash + "\",\"size\":2}";

    [Fact]
    public void Reads_a_manifest()
    {
        Manifest manifest = ReadManifest($$"""{"schemaVersion":2,"config":{{Config}},"layers":[]}""");

        Assert.Equal(Hash, manifest.Config.Digest.ToString());
        Assert.Empty(manifest.Layers);
    }

    [Theory]
    [InlineData("{\"schemaVersion\":2,\"config\":" + Config + ",\"layers\":[],\"manifests\":[]}", "manifest and an index at once")]
    [InlineData("{\"schemaVersion\":2,\"config\":" + Config + ",\"layers\":[],\"Manifests\":[]}", "manifest and an index at once")]
    [InlineData("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"config\":" + Config + ",\"layers\":[]}", "document says media type")]
    [InlineData("{\"schemaVersion\":1,\"config\":" + Config + ",\"layers\":[]}", "schema version 1")]
    [InlineData("{\"schemaVersion\":2,\"layers\":[]}", "config")]
    [InlineData("{\"schemaVersion\":2,\"config\":" + Config + "}", "layers")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"sha256:../..\",\"size\":2},\"layers\":[]}", "digest \"sha256:../..\"")]
    [InlineData("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"digest\":\"" + Hash + "\",\"size\":-1},\"layers\":[]}", "size")]
    [InlineData("{\"schemaVersion\":2,\"config\":" + Config + ",\"layers\":[null]}", "size")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"schemaVersion\":2,", "read manifest")]
    [InlineData("", "read manifest")]
    [InlineData("<html>", "read manifest")]
    public void Refuses_a_manifest(string document, string cause) =>
        Assert.Contains(cause, Assert.Throws<ImageFormatException>(() => ReadManifest(document)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", "manifest and an index at once")]
    [InlineData("{\"schemaVersion\":2,\"manifests\":[],\"config\":{}}", "manifest and an index at once")]
    [InlineData("{\"schemaVersion\":2}", "manifests")]
    public void Refuses_an_index(string document, string cause) =>
        Assert.Contains(cause, Assert.Throws<ImageFormatException>(() => ReadIndex(document)).Message, StringComparison.Ordinal);

    [Fact]
    public void Refuses_an_index_of_too_many_manifests()
    {
        string entry = $$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{Hash}}","size":2}""";
        string document = $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', Enumerable.Repeat(entry, ImageDocuments.MostManifests + 1))}}]}""";

        Assert.Contains("at most 1000", Assert.Throws<ImageFormatException>(() => ReadIndex(document)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_a_config_with_dockers_additions()
    {
        Image image = ImageDocuments.ReadImage(Encoding.UTF8.GetBytes($$"""
            {"architecture":"amd64","os":"linux","created":"2024-01-02T03:04:05.123456789Z",
             "config":{"Env":["A=b"],"Cmd":["sh"],"ExposedPorts":{"80/tcp":{} },"Healthcheck":{"Test":["CMD","true"],"Interval":1000000000} },
             "rootfs":{"type":"layers","diff_ids":["{{Hash}}"]},"history":[{"created_by":"x","empty_layer":true}]}
            """));

        Assert.Equal(["sh"], image.Config!.Cmd);
        Assert.Equal(1_000_000_000, image.Config.Healthcheck!.Interval);
        Assert.Contains("80/tcp", image.Config.ExposedPorts!.Keys);
        Assert.True(image.History![0].EmptyLayer);
    }

    [Fact]
    public void Chains_layers_as_the_specification_says()
    {
        var rootfs = new RootFs { DiffIds = [Oci.Digests.Digest.Of("a"), Oci.Digests.Digest.Of("b")] };

        Assert.Equal([Oci.Digests.Digest.Of("a"), Oci.Digests.Digest.Of($"{Oci.Digests.Digest.Of("a")} {Oci.Digests.Digest.Of("b")}")], rootfs.ChainIds());
    }

    private static Manifest ReadManifest(string document) => ImageDocuments.ReadManifest(Encoding.UTF8.GetBytes(document), MediaTypes.OciManifest);

    private static ImageIndex ReadIndex(string document) => ImageDocuments.ReadIndex(Encoding.UTF8.GetBytes(document), MediaTypes.OciIndex);
}
