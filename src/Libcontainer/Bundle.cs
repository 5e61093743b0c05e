using System.Text.Json;
using Wharf.Libcontainer.Validation;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer;

/// <summary>A bundle: config.json and what it needs to be valid.</summary>
internal static class Bundle
{
    private const ulong MostBytes = 64UL * 1024 * 1024;

    /// <summary>Reads and checks config.json of a folder; the document is its bytes.</summary>
    public static RuntimeSpec Read(string folder, out byte[] document)
    {
        string path = Path.Combine(folder, "config.json");
        try
        {
            document = Document(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ContainerException($"JSON specification file {path} not found", error);
        }

        return Parse(document, path);
    }

    /// <summary>Checks the bytes of a config.json; the path is what an error calls them.</summary>
    public static RuntimeSpec Parse(ReadOnlySpan<byte> document, string path)
    {
        RuntimeSpec spec;
        try
        {
            spec = SpecReader.Spec(document) ?? throw new ContainerException($"\"{path}\" is empty");
        }
        catch (JsonException error)
        {
            throw new ContainerException($"\"{path}\": {error.Message}", error);
        }

        // Without the part of this platform there are no namespaces and no limits: what the container does not get is the host's.
        spec = spec.Linux is null ? spec with { Linux = new LinuxPlatform() } : spec;
        Check(spec);
        return spec;
    }

    /// <summary>What is no file, or never ends, is not read.</summary>
    private static byte[] Document(string path)
    {
        FileStatus file = Files.Find(path) ?? throw new FileNotFoundException(path);
        return file.Kind != FileKind.Regular ? throw new ContainerException($"\"{path}\" is not a file")
            : file.Size > MostBytes ? throw new ContainerException($"\"{path}\" is longer than {MostBytes} bytes")
            : File.ReadAllBytes(path);
    }

    /// <summary>Tells the first mistake by its place in the document: "process.user.uid".</summary>
    public static void Check(RuntimeSpec spec) => SpecCheck.Check(spec);

    /// <inheritdoc cref="Check(RuntimeSpec)"/>
    public static void Check(Process process) => ProcessCheck.Check(process);
}
