using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Wharf.Harness;

/// <summary>A small image of a test's own: layers, config and manifest as documents, to be put into a registry or an archive.</summary>
public sealed class TestImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";

    /// <param name="layers">Uncompressed tars, from the lowest; they are stored in gzip or zstd.</param>
    public TestImage(IReadOnlyList<byte[]> layers, string platform = "", string cmd = "true", string compression = "gzip")
    {
        string architecture = platform.Length > 0 ? platform : System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
        Architecture = architecture;
        Layers = [.. layers.Select(layer => compression == "zstd" ? Zstd(layer) : Gzip(layer))];
        Config = Encoding.UTF8.GetBytes($$"""
            {"architecture":"{{architecture}}","os":"linux","config":{"Cmd":["{{cmd}}"]},"rootfs":{"type":"layers","diff_ids":[{{string.Join(',', layers.Select(layer => $"\"{Digest(layer)}\""))}}]} }
            """);
        Manifest = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{Digest(Config)}}","size":{{Config.Length}}},"layers":[{{string.Join(',', Layers.Select(layer => $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+{{compression}}","digest":"{{Digest(layer)}}","size":{{layer.Length}}}"""))}}]}
            """;
    }

    public string Architecture { get; }

    public IReadOnlyList<byte[]> Layers { get; }

    public byte[] Config { get; }

    public string Manifest { get; }

    public string ManifestDigest => Digest(Encoding.UTF8.GetBytes(Manifest));

    public string ManifestDescriptor =>
        $$"""{"mediaType":"{{ManifestType}}","digest":"{{ManifestDigest}}","size":{{Encoding.UTF8.GetByteCount(Manifest)}},"platform":{"os":"linux","architecture":"{{Architecture}}"} }""";

    public static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>A tar with one file.</summary>
    public static byte[] Layer(string name, string content) => Layer(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });

    public static byte[] Layer(params TarEntry[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return tar.ToArray();
    }

    public static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return compressed.ToArray();
    }

    public static byte[] Zstd(byte[] content)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["layer"], content);
        Command.Run("zstd", "-q", directory["layer"]).Succeeds();
        return File.ReadAllBytes(directory["layer.zst"]);
    }

    public string AddTo(ScriptedRegistry registry, string repository, string? tag)
    {
        foreach (byte[] blob in Layers.Append(Config))
        {
            registry.AddBlob(blob);
        }

        return registry.AddManifest(repository, tag, ManifestType, Manifest);
    }

    /// <summary>An OCI image layout as a tar, with a name.</summary>
    public byte[] Archive(string name)
    {
        var files = new Dictionary<string, byte[]>
        {
            ["oci-layout"] = "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray(),
            ["index.json"] = Encoding.UTF8.GetBytes($$"""
                {"schemaVersion":2,"manifests":[{"mediaType":"{{ManifestType}}","digest":"{{ManifestDigest}}","size":{{Encoding.UTF8.GetByteCount(Manifest)}},"annotations":{"io.containerd.image.name":"{{name}}"} }]}
                """),
        };
        foreach (byte[] blob in Layers.Append(Config).Append(Encoding.UTF8.GetBytes(Manifest)))
        {
            files[$"blobs/sha256/{Digest(blob)["sha256:".Length..]}"] = blob;
        }

        return Layer([.. files.Select(file => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, file.Key) { DataStream = new MemoryStream(file.Value) })]);
    }
}
