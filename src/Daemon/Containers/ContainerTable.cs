using System.Text.Json;
using Wharf.Daemon.Images;

namespace Wharf.Daemon.Containers;

/// <summary>All containers, by id and by name; read from disk at the start.</summary>
internal sealed class ContainerTable
{
    private readonly string folder;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Container> byId = [];
    private readonly Dictionary<string, string> names = [];

    internal ContainerTable(string dataRoot)
    {
        folder = Path.Combine(dataRoot, "containers");
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        foreach (string one in Directory.EnumerateDirectories(folder))
        {
            string file = Path.Combine(one, "config.v2.json");
            if (!File.Exists(file))
            {
                // A create that was cut off before anything was acknowledged.
                Directory.Delete(one, recursive: true);
                continue;
            }

            if (Read(file) is not { } document)
            {
                continue;
            }

            byId[document.Id] = new Container(document, one);
            names[document.Name] = document.Id;
        }
    }

    /// <summary>Null, and a line in the log, for one that cannot be read: the others are served, and its files are left for a repair.</summary>
    private static ContainerDocument? Read(string file)
    {
        string fault = "empty";
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(file), ContainerDocumentJson.Default.ContainerDocument) is { } document)
            {
                return document;
            }
        }
        catch (JsonException error)
        {
            fault = error.Message;
        }

        Console.Error.WriteLine($"wharfd: read container \"{file}\": {fault}");
        return null;
    }

    internal IReadOnlyList<Container> All()
    {
        lock (gate)
        {
            return [.. byId.Values.OrderByDescending(container => container.Document.Created)];
        }
    }

    internal IReadOnlyList<ImageUse> Uses() =>
        [.. All().Select(container => new ImageUse(container.Id, container.Document.ImageId, container.State.Running))];

    /// <summary>Takes a name for an id; a name that is taken is a conflict.</summary>
    internal void Reserve(string name, string id)
    {
        lock (gate)
        {
            if (names.TryGetValue(name, out string? owner))
            {
                throw new EngineException(EngineErrorKind.Conflict, $"Conflict. The container name \"/{name}\" is already in use by container \"{owner}\". You have to remove (or rename) that container to be able to reuse that name.");
            }

            names[name] = id;
        }
    }

    internal bool IsTaken(string name)
    {
        lock (gate)
        {
            return names.ContainsKey(name);
        }
    }

    internal void Release(string name)
    {
        lock (gate)
        {
            names.Remove(name);
        }
    }

    /// <summary>Keeps a container whose name was reserved.</summary>
    internal Container Add(ContainerDocument document)
    {
        string own = Path.Combine(folder, document.Id);
        Directory.CreateDirectory(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        var container = new Container(document, own);
        container.Save();
        lock (gate)
        {
            byId[document.Id] = container;
        }

        return container;
    }

    internal void Remove(Container container)
    {
        lock (gate)
        {
            byId.Remove(container.Id);
            names.Remove(container.Document.Name);
        }

        if (Directory.Exists(container.Folder))
        {
            Directory.Delete(container.Folder, recursive: true);
        }
    }

    internal Container? FindId(string id)
    {
        lock (gate)
        {
            return byId.GetValueOrDefault(id);
        }
    }

    /// <summary>Null when there is none.</summary>
    internal Container? TryFind(string text)
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
    internal Container Find(string text)
    {
        string name = text.TrimStart('/');
        lock (gate)
        {
            if (byId.TryGetValue(name, out Container? container) || (names.TryGetValue(name, out string? id) && byId.TryGetValue(id, out container)))
            {
                return container;
            }

            List<Container> matches = name.Length == 0 ? [] : [.. byId.Values.Where(one => one.Id.StartsWith(name, StringComparison.Ordinal))];
            return matches.Count == 1 ? matches[0]
                : matches.Count > 1 ? throw new EngineException(EngineErrorKind.InvalidParameter, $"multiple IDs found with provided prefix: {name}")
                : throw new EngineException(EngineErrorKind.NotFound, $"No such container: {text}");
        }
    }

    internal (Container Container, ContainerExec Exec) FindExec(string id)
    {
        foreach (Container container in All())
        {
            lock (container.Execs)
            {
                if (container.Execs.TryGetValue(id, out ContainerExec? exec))
                {
                    return (container, exec);
                }
            }
        }

        throw new EngineException(EngineErrorKind.NotFound, $"No such exec instance: {id}");
    }
}
