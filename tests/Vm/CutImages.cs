using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Wharf.Harness;

namespace Wharf.Vm;

/// <summary>Images of two layers in a registry's folder, and what the guest is to find of each: its files, and the name of its snapshot.</summary>
internal static class CutImages
{
    internal const int Count = 4;
    private const string Oci = "application/vnd.oci.image.";

    internal static void Make(string payload)
    {
        using var work = new TemporaryDirectory();
        string blobs = work["blobs/sha256"];
        Directory.CreateDirectory(blobs);
        Directory.CreateDirectory(Path.Combine(payload, "trees"));
        Directory.CreateDirectory(Path.Combine(payload, "chains"));
        File.WriteAllText(work["oci-layout"], """{"imageLayoutVersion":"1.0.0"}""");
        var manifests = new List<string>();
        for (int number = 1; number <= Count; number++)
        {
            string name = number.ToString(CultureInfo.InvariantCulture);
            (string Path, byte[] Data)[][] layers = [[("./a", Bytes(100_000)), ("./d/b", Bytes(50_000))], [("./c", Bytes(400_000)), ("./d/e", Bytes(10))]];
            string chain = string.Empty;
            var descriptors = new List<string>();
            var diffs = new List<string>();
            foreach ((string Path, byte[] Data)[] layer in layers)
            {
                byte[] tar = Tar(layer);
                string diff = $"sha256:{Hex(tar)}";
                chain = chain.Length == 0 ? diff : $"sha256:{Hex(Encoding.UTF8.GetBytes($"{chain} {diff}"))}";
                diffs.Add($"\"{diff}\"");
                descriptors.Add(Write(blobs, "layer.v1.tar+gzip", Packed(tar)));
            }

            string config = Write(blobs, "config.v1+json", Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', diffs)}}}]}}"""));
            string manifest = Write(blobs, "manifest.v1+json", Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{Oci}}manifest.v1+json","config":{{config}},"layers":[{{string.Join(',', descriptors)}}]}"""));
            manifests.Add($$$"""{{{manifest[..^1]}}},"annotations":{"org.opencontainers.image.ref.name":"{{{name}}}"}}""");
            string listing = string.Concat(layers.SelectMany(layer => layer).OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => $"{Hex(file.Data)}  {file.Path}\n"));
            File.WriteAllText(Path.Combine(payload, "trees", name), Hex(Encoding.UTF8.GetBytes(listing)));
            File.WriteAllText(Path.Combine(payload, "chains", name), chain);
        }

        File.WriteAllText(work["index.json"], $$"""{"schemaVersion":2,"manifests":[{{string.Join(',', manifests)}}]}""");
        using var registry = new DockerRegistry();
        for (int number = 1; number <= Count; number++)
        {
            registry.Add(string.Create(CultureInfo.InvariantCulture, $"oci:{work.Path}:{number}"), string.Create(CultureInfo.InvariantCulture, $"image:{number}"));
        }

        Command.Run("cp", "-a", registry.Blobs, Path.Combine(payload, "registry")).Succeeds();
        File.WriteAllText(Path.Combine(payload, "registry.yml"), """
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "/wharf/registry" }, maintenance: {readonly: {enabled: true}} }
            http: {addr: "127.0.0.1:5000"}
            """);
    }

    private static byte[] Bytes(int count) => RandomNumberGenerator.GetBytes(count);

    private static string Hex(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static string Write(string blobs, string type, byte[] data)
    {
        File.WriteAllBytes(Path.Combine(blobs, Hex(data)), data);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"mediaType":"{{Oci}}{{type}}","digest":"sha256:{{Hex(data)}}","size":{{data.Length}}}""");
    }

    private static byte[] Tar(IEnumerable<(string Path, byte[] Data)> files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "d/") { Mode = (UnixFileMode)0x1ed });
            foreach ((string path, byte[] data) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path[2..]) { DataStream = new MemoryStream(data) });
            }
        }

        return tar.ToArray();
    }

    private static byte[] Packed(byte[] tar)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar);
        }

        return packed.ToArray();
    }
}
