using Tomlyn.Model;
using Wharf.Containerd.Proxies;

namespace Wharf.Containerd.Configuration;

/// <summary>The keys of containerd's configuration: those that mean something here, and those that are known and do nothing.</summary>
internal static class ConfigKeys
{
    private const string Plugins = "plugins.";
    private const string Proxies = "proxy_plugins.";
    private const string Transfer = "io.containerd.transfer.v1.local";
    private const string HostsFolder = "config_path";
    private const string Differs = "io.containerd.service.v1.diff-service";
    private const string DifferOrder = "default";

    private static readonly HashSet<string> Idle =
    [
        "cgroup.path", "debug.address", "debug.format", "debug.gid", "debug.uid",
        "grpc.tcp_address", "grpc.tcp_tls_ca", "grpc.tcp_tls_cert", "grpc.tcp_tls_common_name", "grpc.tcp_tls_key",
        "plugin_dir", "temp", "ttrpc.address", "ttrpc.gid", "ttrpc.uid",
    ];

    private static readonly string[] IdleTables = ["stream_processors.", "timeouts."];

    /// <summary>The value of every key that means something, by its path.</summary>
    public static IEnumerable<KeyValuePair<string, object>> Values(ContainerdOptions options) => new Dictionary<string, object>
    {
        ["root"] = options.Root,
        ["state"] = options.State,
        ["oom_score"] = (long)options.OomScore,
        ["required_plugins"] = List(options.RequiredPlugins),
        ["disabled_plugins"] = List(options.DisabledPlugins),
        ["grpc.address"] = options.Address,
        ["grpc.uid"] = (long)options.User,
        ["grpc.gid"] = (long)options.Group,
        ["grpc.max_recv_message_size"] = (long)options.LargestRequest,
        ["grpc.max_send_message_size"] = (long)options.LargestResponse,
        ["debug.level"] = options.LogLevel,
        ["metrics.address"] = options.MetricsAddress,
        ["metrics.grpc_histogram"] = options.TimesCalls,
    };

    /// <summary>The options with a key's value, or a warning that nobody reads it.</summary>
    public static ContainerdOptions Apply(ContainerdOptions options, string key, object value, List<string> warnings)
    {
        switch (key)
        {
            case "version":
                return options;
            case "root":
                return Text(value) is { Length: > 0 } root ? options with { Root = root } : options;
            case "state":
                return Text(value) is { Length: > 0 } state ? options with { State = state } : options;
            case "grpc.address":
                return Text(value) is { Length: > 0 } address ? options with { Address = address } : options;
            case "debug.level":
                return Text(value) is { Length: > 0 } level ? options with { LogLevel = level } : options;
            case "metrics.address":
                return options with { MetricsAddress = Text(value) };
            case "metrics.grpc_histogram":
                return options with { TimesCalls = value is bool timed ? timed : throw new FormatException("not true or false") };
            case "grpc.uid":
                return options with { User = (uint)Number(value, 0, uint.MaxValue - 1) };
            case "grpc.gid":
                return options with { Group = (uint)Number(value, 0, uint.MaxValue - 1) };
            case "grpc.max_recv_message_size":
                return Number(value, 0, int.MaxValue) is > 0 and var most ? options with { LargestRequest = (int)most } : options;
            case "grpc.max_send_message_size":
                return Number(value, 0, int.MaxValue) is > 0 and var limit ? options with { LargestResponse = (int)limit } : options;
            case "oom_score":
                return options with { OomScore = (int)Number(value, -1000, 1000) };
            case "required_plugins":
                return options with { RequiredPlugins = Texts(value) };
            case "disabled_plugins":
                warnings.AddRange(Texts(value).Where(plugin => IsOwn(plugin) && !CanBeDisabled(plugin)).Select(plugin => $"plugin \"{plugin}\" cannot be disabled"));
                return options with { DisabledPlugins = Texts(value) };
            case Plugins + Transfer when value is TomlTable table && table.TryGetValue(HostsFolder, out object? folder):
                Warn(key, value, warnings);
                return options with { HostsFolder = Text(folder) is { Length: > 0 } path ? path : null };
            case Plugins + Differs when value is TomlTable table && table.TryGetValue(DifferOrder, out object? order):
                Warn(key, value, warnings);
                return options with { Differs = Texts(order) is { Count: > 0 } names ? names : options.Differs };
            case var _ when key.StartsWith(Proxies, StringComparison.Ordinal):
                return Proxy(key, key[Proxies.Length..], value as TomlTable ?? throw new FormatException("not a table"), warnings) is { } proxy ? options with { Proxies = [.. options.Proxies, proxy] } : options;
            default:
                Warn(key, value, warnings);
                return options;
        }
    }

    /// <summary>Whether a plugin, by type and name, is one of those that introspection lists.</summary>
    public static bool IsOwn(string plugin) =>
        Rpc.ServedApi.Plugins(root: "/", Snapshots.SnapshotterTable.Own, []).All.Any(one => plugin == $"{one.Type}.{one.Id}" || plugin == one.Type);

    private static bool CanBeDisabled(string plugin) => Snapshots.SnapshotterTable.Own.Any(own => plugin == $"{ProxyPlugin.Snapshot}.{own.Name}");

    private static ProxyPlugin? Proxy(string key, string name, TomlTable table, List<string> warnings)
    {
        string Given(string field) => table.TryGetValue(field, out object? value) ? Text(value) : string.Empty;
        warnings.AddRange(table.Keys.Where(field => field is not ("type" or "address" or "platform" or "capabilities" or "exports")).Select(field => $"unknown key \"{key}.{field}\""));
        if (ProxyPlugin.TypeOf(Given("type")) is not { } type)
        {
            warnings.Add($"key \"{key}.type\": \"{Given("type")}\": unknown type of proxy");
            return null;
        }

        return new ProxyPlugin(name, type, Given("address") is { Length: > 0 } address ? address : throw new FormatException("no address"))
        {
            Platform = Given("platform"),
            Capabilities = table.TryGetValue("capabilities", out object? capabilities) ? Texts(capabilities) : [],
            Exports = table.TryGetValue("exports", out object? exports) && exports is TomlTable pairs ? pairs.ToDictionary(pair => pair.Key, pair => Text(pair.Value)) : [],
        };
    }

    private static void Warn(string key, object value, List<string> warnings)
    {
        if (key.StartsWith(Plugins, StringComparison.Ordinal))
        {
            string plugin = key[Plugins.Length..];
            if (!IsOwn(plugin))
            {
                warnings.Add($"plugin \"{plugin}\" is not part of this daemon");
            }
            else if (value is TomlTable table)
            {
                warnings.AddRange(table.Where(pair => IsSet(pair.Value) && (plugin, pair.Key) is not ((Transfer, HostsFolder) or (Differs, DifferOrder))).Select(pair => $"key \"plugins.'{plugin}'.{pair.Key}\" has no effect here"));
            }
        }
        else if (Idle.Contains(key) || IdleTables.Any(table => key.StartsWith(table, StringComparison.Ordinal)))
        {
            if (IsSet(value))
            {
                warnings.Add($"key \"{key}\" has no effect here");
            }
        }
        else
        {
            warnings.Add($"unknown key \"{key}\"");
        }
    }

    private static bool IsSet(object? value) => value is not (null or "" or 0L or false or TomlArray { Count: 0 } or TomlTable { Count: 0 });

    private static string Text(object value) => value as string ?? throw new FormatException("not a text");

    private static long Number(object value, long least, long most) =>
        value is long number && number >= least && number <= most ? number : throw new FormatException($"not a whole number from {least} to {most}");

    private static IReadOnlyList<string> Texts(object value) =>
        value is TomlArray list && list.All(one => one is string) ? [.. list.OfType<string>()] : throw new FormatException("not a list of texts");

    private static TomlArray List(IEnumerable<string> texts)
    {
        var list = new TomlArray();
        foreach (string text in texts)
        {
            list.Add(text);
        }

        return list;
    }
}
