using System.Globalization;
using System.Net;
using System.Text.Json;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Configuration;

/// <summary>Reads what flags and config file say of containers that do not say it themselves.</summary>
internal static class ContainerDefaults
{
    private const string DriverOption = "native.cgroupdriver=";

    // What docker calls the driver whose files containerd's "overlayfs" are.
    private const string DockersOverlay = "overlay2";

    internal static CommonDefaults With(CommonDefaults flags, ConfigFile file)
    {
        var standard = new CommonDefaults();
        IEnumerable<Ulimit> limits = (file.Limits ?? new Dictionary<string, ConfiguredLimit>())
            .Select(one => new Ulimit { Name = one.Value.Name.Length > 0 ? one.Value.Name : one.Key, Soft = one.Value.Soft, Hard = one.Value.Hard })
            .Where(one => flags.Ulimits.All(flag => flag.Name != one.Name));
        return new CommonDefaults
        {
            SharedMemory = flags.SharedMemory == standard.SharedMemory && file.SharedMemory is { } size ? SharedMemory(size.ValueKind == JsonValueKind.String ? size.GetString()! : size.GetRawText()) : flags.SharedMemory,
            IpcMode = flags.IpcMode == standard.IpcMode && file.IpcMode is { Length: > 0 } ipc ? IpcMode(ipc) : flags.IpcMode,
            CgroupnsMode = flags.CgroupnsMode ?? (file.CgroupnsMode is { Length: > 0 } mode ? CgroupnsMode(mode) : null),
            Ulimits = [.. flags.Ulimits, .. limits],
        };
    }

    internal static NameDefaults With(NameDefaults flags, ConfigFile file)
    {
        IReadOnlyList<string> gateways = file.HostGateways ?? (file.HostGateway is { Length: > 0 } one ? [one] : []);
        return new NameDefaults
        {
            Servers = flags.Servers.Count > 0 ? flags.Servers : [.. (file.NameServers ?? []).Select(server => Address("dns", server))],
            Options = flags.Options.Count > 0 ? flags.Options : file.ResolverOptions ?? [],
            Search = flags.Search.Count > 0 ? flags.Search : file.SearchDomains ?? [],
            HostGateways = flags.HostGateways.Count > 0 ? flags.HostGateways : [.. gateways.Select(gateway => Address("host-gateway-ip", gateway))],
        };
    }

    internal static IReadOnlyDictionary<string, ConfiguredRuntime> Runtimes(IReadOnlyDictionary<string, ConfiguredRuntime> flags, IReadOnlyDictionary<string, ConfiguredRuntime>? file)
    {
        var all = new Dictionary<string, ConfiguredRuntime>(file ?? new Dictionary<string, ConfiguredRuntime>());
        foreach ((string name, ConfiguredRuntime runtime) in flags)
        {
            all[name] = runtime;
        }

        return all;
    }

    /// <summary>NAME=PATH.</summary>
    internal static Dictionary<string, ConfiguredRuntime> Runtime(IReadOnlyDictionary<string, ConfiguredRuntime> known, string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } path]
            ? known.ContainsKey(name) ? throw Invalid($"runtime '{name}' was already defined") : new Dictionary<string, ConfiguredRuntime>(known) { [name] = new ConfiguredRuntime { Path = path } }
            : throw Invalid($"invalid runtime argument: {text}");

    /// <summary>Whether systemd is to make the cgroups; null for an option of another kind, which there is not.</summary>
    internal static bool? CgroupDriver(string option) => option switch
    {
        DriverOption + "systemd" => true,
        DriverOption + "cgroupfs" => false,
        _ => throw Invalid(option.StartsWith(DriverOption, StringComparison.Ordinal) ? $"unknown or unsupported cgroup driver \"{option[DriverOption.Length..]}\"" : $"invalid exec-opt \"{option}\""),
    };

    internal static long SharedMemory(string text) => ByteSize.Parse(text, 1024) is > 0 and var bytes ? bytes : throw Invalid($"invalid size: '{text}'");

    internal static string IpcMode(string text) => text is "private" or "shareable" ? text : throw Invalid($"configured default IPC mode ({text}) is invalid: it can only be \"private\" or \"shareable\"");

    internal static string CgroupnsMode(string text) => text is "private" or "host" ? text : throw Invalid($"configured default cgroup namespace mode ({text}) is invalid: it can only be \"host\" or \"private\"");

    /// <summary>NAME=SOFT[:HARD].</summary>
    internal static Ulimit Limit(string text)
    {
        string[] parts = text.Split('=', 2);
        string[] numbers = parts.Length == 2 ? parts[1].Split(':') : [];
        return numbers.Length is 1 or 2 && long.TryParse(numbers[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long soft) && long.TryParse(numbers[^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long hard)
            ? new Ulimit { Name = parts[0], Soft = soft, Hard = hard }
            : throw Invalid($"invalid ulimit argument: {text}");
    }

    internal static string Address(string key, string text) => IPAddress.TryParse(text, out _) ? text : throw Invalid($"{key}: \"{text}\" is not an ip address");

    internal static string? Snapshotter(string? driver) => driver is null or "" ? null : driver == DockersOverlay ? "overlayfs" : driver;

    private static EngineException Invalid(string text) => new(EngineErrorKind.InvalidParameter, text);
}
