using System.Globalization;
using Tomlyn;
using Tomlyn.Model;

namespace Wharf.Containerd.Configuration;

/// <summary>The keys of containerd's config.toml that mean something here; others are for plugins that this daemon does not have.</summary>
internal static class ConfigFile
{
    public static ContainerdOptions Read(string path)
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

        var options = new ContainerdOptions();
        var grpc = table.TryGetValue("grpc", out object? one) ? one as TomlTable : null;
        var debug = table.TryGetValue("debug", out object? other) ? other as TomlTable : null;
        return options with
        {
            Root = Text(table, "root") ?? options.Root,
            State = Text(table, "state") ?? options.State,
            Address = Text(grpc, "address") ?? options.Address,
            User = Number(grpc, "uid"),
            Group = Number(grpc, "gid"),
            LogLevel = Text(debug, "level") is { Length: > 0 } level ? level : options.LogLevel,
        };
    }

    public static string Write(ContainerdOptions options) => string.Create(CultureInfo.InvariantCulture, $"""
        version = 2
        root = "{options.Root}"
        state = "{options.State}"

        [grpc]
          address = "{options.Address}"
          uid = {options.User}
          gid = {options.Group}

        [debug]
          level = "{options.LogLevel}"

        """);

    private static string? Text(TomlTable? table, string key) => table is not null && table.TryGetValue(key, out object? value) && value is string { Length: > 0 } text ? text : null;

    private static uint Number(TomlTable? table, string key) => table is not null && table.TryGetValue(key, out object? value) && value is long number and >= 0 ? (uint)number : 0;
}
