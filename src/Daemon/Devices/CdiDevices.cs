using System.Text.Json;
using Wharf.EngineApi.Containers;
using Wharf.Linux;
using Wharf.Oci.Runtime;
using YamlDotNet.Core;
using DeviceRequest = Wharf.EngineApi.Containers.DeviceRequest;

namespace Wharf.Daemon.Devices;

/// <summary>
/// Devices that vendors describe (CDI), by VENDOR/CLASS=NAME. The files are read anew for each container that asks: they are few, and
/// programs that find devices write them at any time. Of two folders the later one's device counts; two files of one folder that
/// describe the same device describe none.
/// </summary>
/// <param name="folders">From the least to the most important; empty: the usual.</param>
internal sealed class CdiDevices(IReadOnlyList<string> folders)
{
    internal const string Driver = "cdi";
    private const string Graphics = "nvidia.com/gpu";
    private static readonly string[] Usual = ["/etc/cdi", "/var/run/cdi"];

    internal IReadOnlyList<string> Folders => folders.Count > 0 ? folders : Usual;

    /// <summary>The names of all that can be asked for.</summary>
    internal IReadOnlyList<string> Names => [.. Read().Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether requests for graphics processors, which name no driver, find their devices here.</summary>
    internal static bool IsGraphics(DeviceRequest request) =>
        request.Driver is "" or "nvidia" && request.Capabilities?.Any(set => set.Contains("gpu")) == true;

    /// <summary>The configuration with what the devices need of it.</summary>
    /// <exception cref="EngineException">Nobody describes one of them.</exception>
    internal RuntimeSpec Inject(IReadOnlyList<DeviceRequest>? requests, RuntimeSpec spec)
    {
        if (requests is not { Count: > 0 })
        {
            return spec;
        }

        Dictionary<string, (CdiSpec Spec, CdiDevice Device)> known = Read();
        var wanted = new List<string>();
        foreach (DeviceRequest request in requests)
        {
            if (request.Driver == Driver)
            {
                wanted.AddRange(request.DeviceIDs ?? []);
            }
            else if (IsGraphics(request) && known.Values.Any(one => one.Spec.Kind == Graphics))
            {
                IEnumerable<string> names = request.DeviceIDs is { Count: > 0 } ids ? ids : request.Count < 0 ? ["all"] : Enumerable.Range(0, request.Count).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture));
                wanted.AddRange(names.Select(name => $"{Graphics}={name}"));
            }
            else
            {
                throw new EngineException(
                    EngineErrorKind.System,
                    $"could not select device driver \"{request.Driver}\" with capabilities: [{string.Join(' ', (request.Capabilities ?? []).Select(set => $"[{string.Join(' ', set)}]"))}]");
            }
        }

        if (wanted.Where(name => !known.ContainsKey(name)).Distinct().ToArray() is { Length: > 0 } missing)
        {
            throw new EngineException(EngineErrorKind.System, $"CDI device injection failed: unresolvable CDI devices {string.Join(", ", missing)}");
        }

        var used = new HashSet<CdiSpec>(ReferenceEqualityComparer.Instance);
        foreach (string name in wanted.Distinct())
        {
            (CdiSpec file, CdiDevice device) = known[name];
            if (used.Add(file))
            {
                spec = Edit(spec, file.ContainerEdits);
            }

            spec = Edit(spec, device.ContainerEdits);
        }

        return spec;
    }

    private static RuntimeSpec Edit(RuntimeSpec spec, CdiEdits? edits)
    {
        if (edits is null)
        {
            return spec;
        }

        (Process process, LinuxPlatform linux, Resources resources) = (spec.Process!, spec.Linux!, spec.Linux!.Resources!);
        (Device Node, string Access)[] devices = [.. (edits.DeviceNodes ?? []).Select(Node)];
        HashSet<string> names = [.. (edits.Env ?? []).Select(entry => entry.Split('=')[0])];
        HashSet<string> paths = [.. devices.Select(device => device.Node.Path)];
        return spec with
        {
            Process = process with
            {
                Env = [.. (process.Env ?? []).Where(entry => !names.Contains(entry.Split('=')[0])), .. edits.Env ?? []],
                User = edits.AdditionalGids is { Count: > 0 } groups ? process.User! with { AdditionalGids = [.. (process.User.AdditionalGids ?? []).Union(groups.Where(group => group != 0))] } : process.User,
            },
            Mounts =
            [
                .. spec.Mounts ?? [],
                .. (edits.Mounts ?? []).Select(mount => new Oci.Runtime.Mount { Source = mount.HostPath, Destination = mount.ContainerPath, Type = mount.Type ?? "bind", Options = mount.Options is { Count: > 0 } options ? options : ["rbind", "rprivate"] }),
            ],
            Hooks = CdiHooks.Add(spec.Hooks, edits.Hooks ?? []),
            Linux = linux with
            {
                Devices = [.. (linux.Devices ?? []).Where(device => !paths.Contains(device.Path)), .. devices.Select(device => device.Node)],
                NetDevices = edits.NetDevices is { Count: > 0 } links
                    ? (linux.NetDevices ?? new Dictionary<string, NetDevice>()).Concat(links.Select(link => KeyValuePair.Create(link.HostInterfaceName, new NetDevice { Name = link.Name }))).ToDictionary()
                    : linux.NetDevices,
                Resources = resources with
                {
                    Devices = [.. resources.Devices ?? [], .. devices.Select(device => new DeviceRule { Allow = true, Type = device.Node.Type, Major = device.Node.Major, Minor = device.Node.Minor, Access = device.Access })],
                },
            },
        };
    }

    private static (Device Node, string Access) Node(CdiDeviceNode node)
    {
        string host = node.HostPath ?? node.Path;
        FileStatus? status = node.Type is { Length: > 0 } && (node.Type == "p" || node.Major is not null) ? null
            : Files.Find(host) is { Kind: FileKind.BlockDevice or FileKind.CharacterDevice } found ? found
            : throw new EngineException(EngineErrorKind.System, $"CDI device injection failed: failed to stat CDI host device \"{host}\": no such device");
        return (
            new Device
            {
                Path = node.Path,
                Type = node.Type is { Length: > 0 } type ? type : status?.Kind == FileKind.BlockDevice ? "b" : "c",
                Major = node.Major ?? status?.DeviceMajor,
                Minor = node.Minor ?? status?.DeviceMinor,
                FileMode = node.FileMode ?? (status?.Mode & 0xfff),
                Uid = node.Uid ?? status?.User,
                Gid = node.Gid ?? status?.Group,
            },
            node.Permissions is { Length: > 0 } access ? access : "rwm");
    }

    private Dictionary<string, (CdiSpec Spec, CdiDevice Device)> Read()
    {
        var known = new Dictionary<string, (CdiSpec, CdiDevice)>();
        foreach (string folder in Folders.Where(Directory.Exists))
        {
            var own = new Dictionary<string, (CdiSpec, CdiDevice)>();
            var twice = new HashSet<string>();
            foreach (CdiSpec spec in Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(ReadFile).OfType<CdiSpec>())
            {
                foreach (CdiDevice device in spec.Devices ?? [])
                {
                    string name = $"{spec.Kind}={device.Name}";
                    _ = own.TryAdd(name, (spec, device)) || twice.Add(name);
                }
            }

            foreach ((string name, (CdiSpec, CdiDevice) device) in own.Where(one => !twice.Contains(one.Key)))
            {
                known[name] = device;
            }
        }

        return known;
    }

    /// <summary>Null, and a line in the log, for what cannot be read: it hides no other.</summary>
    private static CdiSpec? ReadFile(string path)
    {
        try
        {
            return Path.GetExtension(path) switch
            {
                ".json" => JsonSerializer.Deserialize(File.ReadAllBytes(path), CdiJson.Default.CdiSpec),
                ".yaml" => JsonSerializer.Deserialize(YamlText.ToJson(File.ReadAllText(path)), CdiJson.Default.CdiSpec),
                _ => null,
            };
        }
        catch (Exception error) when (error is JsonException or YamlException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"wharfd: read devices \"{path}\": {error.Message}");
            return null;
        }
    }
}
