namespace Wharf.Harness;

/// <summary>
/// The JSON schemas of runtime-spec, which are other people's: from the folder that WHARF_SPECS names, from shared/specs beside the
/// checkout, or from Debian's golang-github-opencontainers-specs-dev, which is of version 1.0.2.
/// </summary>
public static class RuntimeSchemas
{
    private const string Debian = "/usr/share/gocode/src/github.com/opencontainers/runtime-spec/schema";

    /// <summary>Null when this machine has none.</summary>
    public static string? Folder { get; } = Candidates().FirstOrDefault(folder => File.Exists(Path.Combine(folder, "config-schema.json")));

    /// <summary>"config", "state" or "features"; null when this machine has no such schema.</summary>
    public static JsonSchema? Find(string name)
    {
        string path = Path.Combine(Folder ?? "/nothing", $"{name}-schema.json");
        return File.Exists(path) ? JsonSchema.Read(path) : null;
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("WHARF_SPECS") is { Length: > 0 } given)
        {
            yield return Path.Combine(given, "oci-runtime");
        }

        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            yield return Path.Combine(folder, "shared", "specs", "oci-runtime");
        }

        yield return Debian;
    }
}
