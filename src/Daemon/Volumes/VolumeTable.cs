using System.Security.Cryptography;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Daemon.Volumes;

/// <summary>
/// The volumes that there are, by name. The local driver's content is in volumes/NAME/_data; volumes of plug-ins are kept by those, and
/// only their names here.
/// </summary>
internal sealed class VolumeTable
{
    internal const string Local = "local";

    /// <summary>Docker's label of a volume that nobody gave a name.</summary>
    internal const string AnonymousLabel = "com.docker.volume.anonymous";

    private const string File = "volume.json";
    private readonly string folder;
    private readonly Lock gate = new();
    private readonly Dictionary<string, VolumeDocument> byName = [];

    internal VolumeTable(string dataRoot)
    {
        folder = Path.Combine(dataRoot, "volumes");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        foreach (string one in Directory.EnumerateDirectories(folder))
        {
            if (Read(Path.Combine(one, File)) is { } document)
            {
                byName[document.Name] = document;
            }
        }
    }

    internal IReadOnlyList<VolumeDocument> All()
    {
        lock (gate)
        {
            return [.. byName.Values.OrderBy(one => one.Name, StringComparer.Ordinal)];
        }
    }

    internal VolumeDocument? TryFind(string name)
    {
        lock (gate)
        {
            return byName.GetValueOrDefault(name);
        }
    }

    internal VolumeDocument Find(string name) => TryFind(name) ?? throw new EngineException(EngineErrorKind.NotFound, $"get {name}: no such volume");

    /// <summary>Where the content of a local volume is.</summary>
    internal string ContentOf(string name) => Path.Combine(folder, name, "_data");

    /// <summary>Where a volume's content is, whoever keeps it; empty while a plug-in shows it nowhere.</summary>
    internal string PlaceOf(string name) => TryFind(name) is { Driver: not Local } other ? other.Mountpoint : ContentOf(name);

    /// <summary>Notes where a plug-in shows a volume.</summary>
    internal void Note(string name, string mountpoint)
    {
        lock (gate)
        {
            if (byName.TryGetValue(name, out VolumeDocument? known) && known.Mountpoint != mountpoint)
            {
                Save(byName[name] = known with { Mountpoint = mountpoint });
            }
        }
    }

    /// <summary>The volume of that name, made when it is not there; an empty name is replaced by a random one.</summary>
    /// <exception cref="EngineException">A name that no volume can have, or one that another driver has.</exception>
    internal (VolumeDocument Volume, bool Made) Make(VolumeDocument wanted)
    {
        bool named = wanted.Name.Length > 0;
        string name = named ? wanted.Name : RandomName();
        if (!IsName(name))
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"create {name}: \"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
        }

        lock (gate)
        {
            if (byName.TryGetValue(name, out VolumeDocument? known))
            {
                return known.Driver != wanted.Driver
                    ? throw new EngineException(EngineErrorKind.Conflict, $"create {name}: a volume with the name {name} already exists with driver {known.Driver}. Use a different name or driver")
                    : (known, false);
            }

            var labels = new Dictionary<string, string>(wanted.Labels ?? new Dictionary<string, string>());
            if (!named)
            {
                labels[AnonymousLabel] = "";
            }

            VolumeDocument made = wanted with { Name = name, Created = DateTimeOffset.UtcNow, Labels = labels.Count == 0 && wanted.Labels is null ? null : labels };
            string own = Path.Combine(folder, name);
            Directory.CreateDirectory(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            if (made.Driver == Local && Files.TryMakeDirectory(ContentOf(name), 0x1ed) is null)
            {
                // Whoever a container runs as has to reach it: the mode is not the umask's.
                System.IO.File.SetUnixFileMode(ContentOf(name), (UnixFileMode)0x1ed);
            }

            Save(made);
            byName[name] = made;
            return (made, true);
        }
    }

    /// <summary>Forgets a volume and deletes what it holds.</summary>
    internal void Remove(VolumeDocument volume)
    {
        lock (gate)
        {
            byName.Remove(volume.Name);
            string own = Path.Combine(folder, volume.Name);
            if (Directory.Exists(own))
            {
                // Without its document it is no volume any more, however far the deletion comes.
                System.IO.File.Delete(Path.Combine(own, File));
                FolderRemoval.Remove(own);
            }
        }
    }

    internal static string RandomName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    internal static bool IsName(string name) =>
        name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-');

    private void Save(VolumeDocument document)
    {
        string own = Path.Combine(folder, document.Name);
        string path = Path.Combine(own, File);
        using (var file = new FileStream(path + ".next", FileMode.Create, FileAccess.Write))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(document, VolumeDocumentJson.Default.VolumeDocument));
            file.Flush(flushToDisk: true);
        }

        Files.Rename(path + ".next", path);
        Durability.SyncDirectory(own);
        Durability.SyncDirectory(folder);
    }

    /// <summary>Null, and a line in the log, for one that cannot be read: its files are left for a repair.</summary>
    private static VolumeDocument? Read(string path)
    {
        try
        {
            if (System.IO.File.Exists(path) && JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), VolumeDocumentJson.Default.VolumeDocument) is { Name.Length: > 0 } document)
            {
                return document;
            }
        }
        catch (JsonException error)
        {
            Console.Error.WriteLine($"wharfd: read volume \"{path}\": {error.Message}");
        }

        return null;
    }
}
