using Tomlyn;
using Tomlyn.Model;

namespace Wharf.Containerd.Configuration;

/// <summary>A config.toml of containerd, version 1 to 3, with the files that it imports merged in.</summary>
/// <param name="Options">What it means for this daemon.</param>
/// <param name="Table">The whole of it, in the newest version.</param>
/// <param name="Warnings">Keys that nobody reads, each by its name.</param>
internal sealed record ConfigFile(ContainerdOptions Options, TomlTable Table, IReadOnlyList<string> Warnings)
{
    private const long NewestVersion = 3;
    private const string Version = "version";
    private const string Imports = "imports";

    /// <summary>Names of plugins as version 1 has them.</summary>
    private static readonly Dictionary<string, string> OldNames = new()
    {
        ["bolt"] = "io.containerd.metadata.v1.bolt",
        ["cgroups"] = "io.containerd.monitor.v1.cgroups",
        ["cri"] = "io.containerd.grpc.v1.cri",
        ["diff-service"] = "io.containerd.service.v1.diff-service",
        ["linux"] = "io.containerd.runtime.v1.linux",
        ["overlayfs"] = "io.containerd.snapshotter.v1.overlayfs",
        ["scheduler"] = "io.containerd.gc.v1.scheduler",
    };

    public static ConfigFile Read(string path)
    {
        TomlTable table = ReadTree(Path.GetFullPath(path), []);
        var options = new ContainerdOptions();
        var warnings = new List<string>();
        foreach ((string key, object value) in Leaves(table, string.Empty))
        {
            try
            {
                options = ConfigKeys.Apply(options, key, value, warnings);
            }
            catch (FormatException error)
            {
                throw new ContainerdException(ErrorKind.InvalidArgument, $"read configuration \"{path}\": key \"{key}\": {error.Message}", error);
            }
        }

        return new ConfigFile(options, table, [.. warnings.Distinct().Select(warning => $"configuration \"{path}\": {warning}")]);
    }

    /// <summary>The file as it would be with these options, in the newest version.</summary>
    public static string Write(ContainerdOptions options, TomlTable? given = null)
    {
        var table = new TomlTable { [Version] = NewestVersion };
        foreach ((string key, object value) in ConfigKeys.Values(options))
        {
            Put(table, key, value);
        }

        if (given is not null)
        {
            Merge(table, Without(given, ConfigKeys.Values(options).Select(pair => pair.Key)));
        }

        return TomlSerializer.Serialize(table, ConfigurationToml.Default.TomlTable);
    }

    public string Migrated() => TomlSerializer.Serialize(Table, ConfigurationToml.Default.TomlTable);

    private static TomlTable ReadTree(string path, HashSet<string> read)
    {
        if (!read.Add(path))
        {
            return [];
        }

        TomlTable table = ReadOne(path);
        if (table.Remove(Imports, out object? imports))
        {
            foreach (string pattern in imports is TomlArray list ? list.OfType<string>() : throw new ContainerdException(ErrorKind.InvalidArgument, $"read configuration \"{path}\": key \"{Imports}\": not a list of texts"))
            {
                string whole = Path.GetFullPath(pattern, Path.GetDirectoryName(path)!);
                string folder = Path.GetDirectoryName(whole)!;
                IEnumerable<string> files = !whole.AsSpan().ContainsAny("*?") ? [whole] : Directory.Exists(folder) ? Directory.EnumerateFiles(folder, Path.GetFileName(whole)).Order(StringComparer.Ordinal) : [];
                foreach (string file in files)
                {
                    Merge(table, ReadTree(file, read));
                }
            }
        }

        return table;
    }

    private static TomlTable ReadOne(string path)
    {
        TomlTable table;
        try
        {
            table = TomlSerializer.Deserialize(File.ReadAllText(path), ConfigurationToml.Default.TomlTable) ?? [];
        }
        catch (TomlException error)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"read configuration \"{path}\": {error.Message}", error);
        }
        catch (FileNotFoundException error)
        {
            throw new ContainerdException(ErrorKind.NotFound, $"read configuration \"{path}\": no such file or directory", error);
        }

        object? version = table.TryGetValue(Version, out object? given) ? given : 1L;
        if (version is not (long and >= 1 and <= NewestVersion))
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"read configuration \"{path}\": expected containerd config version equal to or less than `{NewestVersion}`, got `{version}`");
        }

        if ((long)version == 1 && table.TryGetValue("plugins", out object? plugins) && plugins is TomlTable old)
        {
            var renamed = new TomlTable();
            foreach ((string name, object value) in old)
            {
                renamed[OldNames.GetValueOrDefault(name, name)] = value;
            }

            table["plugins"] = renamed;
        }

        table[Version] = NewestVersion;
        return table;
    }

    /// <summary>What is imported counts more; lists of plugins grow.</summary>
    private static void Merge(TomlTable table, TomlTable other)
    {
        foreach ((string key, object value) in other)
        {
            if (table.TryGetValue(key, out object? present) && present is TomlTable inner && value is TomlTable more)
            {
                Merge(inner, more);
            }
            else if (present is TomlArray list && value is TomlArray added)
            {
                foreach (object? one in added)
                {
                    list.Add(one);
                }
            }
            else
            {
                table[key] = value;
            }
        }
    }

    private static void Put(TomlTable table, string path, object value)
    {
        int dot = path.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            table[path] = value;
            return;
        }

        if (!table.TryGetValue(path[..dot], out object? inner))
        {
            inner = new TomlTable();
            table[path[..dot]] = inner;
        }

        Put((TomlTable)inner, path[(dot + 1)..], value);
    }

    private static TomlTable Without(TomlTable table, IEnumerable<string> paths)
    {
        var copy = new TomlTable();
        string[] gone = [.. paths, Version];
        foreach ((string key, object value) in table.Where(pair => !gone.Contains(pair.Key)))
        {
            copy[key] = value is TomlTable inner ? Without(inner, gone.Where(path => path.StartsWith(key + ".", StringComparison.Ordinal)).Select(path => path[(key.Length + 1)..])) : value;
        }

        return copy;
    }

    private static IEnumerable<(string Key, object Value)> Leaves(TomlTable table, string prefix)
    {
        foreach ((string key, object value) in table)
        {
            string path = prefix + key;
            if (value is TomlTable inner && prefix is not ("plugins." or "proxy_plugins."))
            {
                foreach ((string, object) leaf in Leaves(inner, path + "."))
                {
                    yield return leaf;
                }
            }
            else
            {
                yield return (path, value);
            }
        }
    }
}
