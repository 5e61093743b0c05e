using System.Security.Cryptography;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Daemon.Networks;

/// <summary>The networks that exist, by id and by name; each is a document on disk. The three that every engine has are among them.</summary>
internal sealed class NetworkTable
{
    private readonly string folder;
    private readonly bool hasBridge;
    private readonly Lock gate = new();
    private readonly Dictionary<string, KnownNetwork> byName = [];

    /// <param name="hasBridge">Without it the default network stays on disk, out of sight.</param>
    internal NetworkTable(string dataRoot, bool hasBridge)
    {
        this.hasBridge = hasBridge;
        folder = Path.Combine(dataRoot, "networks");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string file in Directory.EnumerateFiles(folder, "*.json"))
        {
            NetworkRecord record = Read(file);
            byName[record.Name] = new KnownNetwork(record);
        }

        foreach ((string name, string driver) in new[] { (NetworkMode.Bridge, "bridge"), (NetworkMode.Host, "host"), (NetworkMode.None, "null") })
        {
            if (!byName.ContainsKey(name))
            {
                Add(new KnownNetwork(new NetworkRecord { Name = name, Id = NewId(), Driver = driver, Created = DateTimeOffset.UtcNow }));
            }
        }
    }

    internal IReadOnlyList<KnownNetwork> All
    {
        get
        {
            lock (gate)
            {
                return [.. byName.Values.Where(IsShown).OrderBy(one => one.Record.Created)];
            }
        }
    }

    internal static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    internal KnownNetwork? ByName(string name)
    {
        lock (gate)
        {
            return byName.TryGetValue(name, out KnownNetwork? network) && IsShown(network) ? network : null;
        }
    }

    /// <summary>Null when there is none.</summary>
    internal KnownNetwork? TryFind(string text)
    {
        try
        {
            return Find(text);
        }
        catch (EngineException error) when (error.Kind == EngineErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>By id, name, or the beginning of an id.</summary>
    internal KnownNetwork Find(string text)
    {
        IReadOnlyList<KnownNetwork> all = All;
        KnownNetwork? exact = all.FirstOrDefault(one => one.Id == text) ?? ByName(text);
        List<KnownNetwork> matches = exact is not null || text.Length == 0 ? [] : [.. all.Where(one => one.Id.StartsWith(text, StringComparison.Ordinal))];
        return exact
            ?? (matches.Count == 1 ? matches[0]
                : matches.Count > 1 ? throw new EngineException(EngineErrorKind.InvalidParameter, $"network {text} is ambiguous ({matches.Count} matches found based on ID prefix)")
                : throw new EngineException(EngineErrorKind.NotFound, $"network {text} not found"));
    }

    /// <summary>Keeps a network; it is on disk, whole, when this returns.</summary>
    /// <exception cref="EngineException">The name is taken.</exception>
    internal void Add(KnownNetwork network)
    {
        lock (gate)
        {
            if (!byName.TryAdd(network.Name, network))
            {
                throw new EngineException(EngineErrorKind.Conflict, $"network with name {network.Name} already exists");
            }
        }

        try
        {
            Save(network.Record);
        }
        catch
        {
            lock (gate)
            {
                byName.Remove(network.Name);
            }

            throw;
        }
    }

    /// <summary>Another record for a network that nobody is connected to yet.</summary>
    internal void Change(KnownNetwork network, NetworkRecord record)
    {
        network.Change(record);
        Save(record);
    }

    internal void Remove(KnownNetwork network)
    {
        lock (gate)
        {
            byName.Remove(network.Name);
        }

        File.Delete(PathOf(network.Id));
        Durability.SyncDirectory(folder);
    }

    private bool IsShown(KnownNetwork network) => hasBridge || network.Name != NetworkMode.Bridge;

    private string PathOf(string id) => Path.Combine(folder, id + ".json");

    private static NetworkRecord Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), NetworkRecordJson.Default.NetworkRecord) ?? throw new JsonException("empty");
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.System, $"read network \"{file}\": {error.Message.TrimEnd('.')}", error);
        }
    }

    private void Save(NetworkRecord record)
    {
        string path = PathOf(record.Id);
        string next = path + ".next";
        using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(record, NetworkRecordJson.Default.NetworkRecord));
            file.Flush(flushToDisk: true);
        }

        // As with containers, decision 0005.
        Files.Rename(next, path);
        Durability.SyncDirectory(folder);
    }
}
