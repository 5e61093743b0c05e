using System.Text.Json;
using Wharf.Cli.Commands;
using Wharf.Cli.Output;
using Wharf.Cli.Programs;
using Wharf.Linux;

namespace Wharf.Cli.Plugins;

/// <summary>Where CLI plugins are looked for: the folders that config.json names, the user's, then the system's.</summary>
internal static class PluginFolders
{
    private const string Prefix = "docker-";
    private const string MetadataCommand = "docker-cli-plugin-metadata";

    private static readonly string[] System =
        ["/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins", "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"];

    /// <summary>The plugin of that name, or null when there is none or it is broken.</summary>
    internal static CliPlugin? Find(Session session, string name)
    {
        if (!IsName(name))
        {
            return null;
        }

        string? path = Folders(session).Select(folder => Path.Combine(folder, Prefix + name)).FirstOrDefault(File.Exists);
        return path is null || Describe(path, []) is not { Failure.Length: 0 } plugin ? null : plugin;
    }

    /// <summary>Every plugin, by name, the broken ones too.</summary>
    internal static IReadOnlyList<CliPlugin> List(Session session)
    {
        var found = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string folder in Folders(session).Where(Directory.Exists))
        {
            string[] paths;
            try
            {
                paths = Directory.GetFiles(folder, Prefix + "*");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A folder that this user may not list holds no plugins for it.
                continue;
            }

            foreach (string path in paths.Where(File.Exists))
            {
                string name = Path.GetFileName(path)[Prefix.Length..];
                if (!found.TryGetValue(name, out List<string>? all))
                {
                    found[name] = all = [];
                }

                all.Add(path);
            }
        }

        return [.. found.Values.Select(paths => Describe(paths[0], paths[1..])).Where(plugin => !plugin.Hidden)];
    }

    private static IEnumerable<string> Folders(Session session) =>
        [.. session.Configuration.Texts("cliPluginsExtraDirs"), Path.Combine(session.ConfigurationFolder, "cli-plugins"), .. System];

    private static CliPlugin Describe(string path, IReadOnlyList<string> shadowed)
    {
        string name = Path.GetFileName(path)[Prefix.Length..];
        var plugin = new CliPlugin(name, path) { Shadowed = shadowed };
        if (!IsName(name))
        {
            return plugin with { Failure = $"plugin candidate \"{name}\" did not match \"^[a-z][a-z0-9]*$\"" };
        }

        if (CommandTable.Find(name) is not null || CommandGroup.Find(name) is not null)
        {
            return plugin with { Failure = $"plugin \"{name}\" duplicates builtin command" };
        }

        try
        {
            (int code, string output) = ProgramCall.Run(path, [MetadataCommand]);
            if (code != 0)
            {
                return plugin with { Failure = $"failed to fetch metadata: exit status {code}" };
            }

            JsonElement metadata = JsonElement.Parse(output);
            plugin = plugin with
            {
                SchemaVersion = metadata.Text("SchemaVersion"),
                Vendor = metadata.Text("Vendor"),
                Version = metadata.Text("Version"),
                Summary = metadata.Text("ShortDescription"),
                Address = metadata.Text("URL"),
                Hidden = metadata.Is("Hidden"),
            };
        }
        catch (SyscallException error)
        {
            return plugin with { Failure = $"failed to fetch metadata: {error.Message}" };
        }
        catch (JsonException error)
        {
            return plugin with { Failure = $"invalid metadata: {error.Message}" };
        }

        return plugin with { Failure = SchemaFailure(plugin.SchemaVersion) ?? (plugin.Vendor.Length == 0 ? "plugin metadata does not define a vendor" : "") };
    }

    private static string? SchemaFailure(string version) =>
        version.Length == 0 ? "plugin SchemaVersion version cannot be empty"
            : !version.Contains('.', StringComparison.Ordinal) || !int.TryParse(version.Split('.')[0], out int major) ? $"plugin SchemaVersion \"{version}\" has wrong format: must be <major>.<minor>.<patch>"
            : major > 1 ? $"plugin SchemaVersion \"{version}\" is not supported: must be lower than 2.0.0"
            : null;

    private static bool IsName(string name) =>
        name.Length > 0 && char.IsAsciiLetterLower(name[0]) && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter));
}
