using System.Net;
using Wharf.Linux;

namespace Wharf.Daemon.Volumes;

/// <summary>The options of the local driver: what is mounted as the volume's content. Names are docker's: type, o, device, size.</summary>
/// <param name="Type">As mount(8) has it; empty with o=bind.</param>
/// <param name="Device">What is mounted.</param>
/// <param name="Options">Comma-separated.</param>
internal sealed record LocalVolumeOptions(string Type, string Device, string Options)
{
    private static readonly string[] Known = ["type", "o", "device", "size"];

    private static readonly Dictionary<string, MountFlags> Flags = new()
    {
        ["bind"] = MountFlags.Bind, ["rbind"] = MountFlags.Bind | MountFlags.Recursive, ["ro"] = MountFlags.ReadOnly, ["nosuid"] = MountFlags.NoSuid,
        ["nodev"] = MountFlags.NoDev, ["noexec"] = MountFlags.NoExec, ["noatime"] = MountFlags.NoAtime, ["sync"] = MountFlags.Synchronous,
        ["rw"] = 0, ["defaults"] = 0,
    };

    /// <summary>Null when there are none: the content is a folder of the volume's own.</summary>
    /// <exception cref="EngineException">An unknown option, or one that misses another.</exception>
    internal static LocalVolumeOptions? Parse(string name, IReadOnlyDictionary<string, string>? options)
    {
        if (options is not { Count: > 0 })
        {
            return null;
        }

        if (options.Keys.FirstOrDefault(key => !Known.Contains(key)) is { } unknown)
        {
            throw Invalid(name, $"invalid option: \"{unknown}\"");
        }

        if (options.ContainsKey("size"))
        {
            throw Invalid(name, "quota size requested but no quota support");
        }

        var parsed = new LocalVolumeOptions(options.GetValueOrDefault("type", ""), options.GetValueOrDefault("device", ""), options.GetValueOrDefault("o", ""));
        if (parsed.Device.Length == 0)
        {
            throw Invalid(name, "missing device in volume options");
        }

        bool binds = parsed.Options.Split(',').Any(option => option is "bind" or "rbind");
        return parsed.Type.Length == 0 && !binds ? throw Invalid(name, "missing type in volume options") : parsed;
    }

    /// <summary>Mounts it, on the host: every runtime finds it there, and it lasts over a restart of the daemon.</summary>
    /// <exception cref="EngineException">The kernel refuses.</exception>
    internal void Mount(string target)
    {
        MountFlags flags = 0;
        var data = new List<string>();
        foreach (string option in Options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Flags.TryGetValue(option, out MountFlags flag))
            {
                flags |= flag;
            }
            else
            {
                data.Add(Resolved(option));
            }
        }

        try
        {
            bool binds = flags.HasFlag(MountFlags.Bind);
            Mounts.Mount(Device, target, binds ? null : Type, flags, data.Count == 0 ? null : string.Join(',', data));
            if (binds && flags.HasFlag(MountFlags.ReadOnly))
            {
                // A bind takes its flags only when it is mounted once more.
                Mounts.Mount(null, target, null, flags | MountFlags.Remount);
            }
        }
        catch (SyscallException error)
        {
            throw new EngineException(EngineErrorKind.System, $"failed to mount local volume: mount {Device}:{target}, data: {string.Join(',', data)}: {ErrnoText.Of(error.Errno)}", error);
        }
    }

    /// <summary>The kernel takes addresses only: addr=NAME of nfs and cifs is looked up here.</summary>
    private static string Resolved(string option)
    {
        const string address = "addr=";
        if (!option.StartsWith(address, StringComparison.Ordinal) || IPAddress.TryParse(option[address.Length..], out _))
        {
            return option;
        }

        try
        {
            return Dns.GetHostAddresses(option[address.Length..]) is [var first, ..] ? address + first : option;
        }
        catch (System.Net.Sockets.SocketException error)
        {
            throw new EngineException(EngineErrorKind.System, $"error resolving passed in network volume address: {option[address.Length..]}: {error.Message}", error);
        }
    }

    private static EngineException Invalid(string name, string message) => new(EngineErrorKind.InvalidParameter, $"create {name}: {message}");
}
