using System.Security.Cryptography;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Daemon.Networks;

/// <summary>The networks that exist: the three that every engine has. Their ids and the bridge's subnet last over restarts.</summary>
internal sealed class NetworkTable
{
    private readonly string path;

    internal NetworkTable(string dataRoot, bool hasBridge)
    {
        path = Path.Combine(dataRoot, "networks.json");
        IReadOnlyList<KnownNetwork> kept = Read();
        (string Name, string Driver)[] builtIn = [(NetworkMode.Bridge, "bridge"), (NetworkMode.Host, "host"), (NetworkMode.None, "null")];
        Kept = [.. builtIn.Select(one => kept.FirstOrDefault(known => known.Name == one.Name) ?? new KnownNetwork
        {
            Name = one.Name,
            Id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)),
            Driver = one.Driver,
            Created = DateTimeOffset.UtcNow,
        })];
        All = [.. Kept.Where(one => hasBridge || one.Name != NetworkMode.Bridge)];
        if (!Kept.SequenceEqual(kept))
        {
            Save();
        }
    }

    internal IReadOnlyList<KnownNetwork> All { get; private set; }

    // The bridge stays on disk while --bridge none hides it.
    private IReadOnlyList<KnownNetwork> Kept { get; set; }

    internal KnownNetwork? ByName(string name) => All.FirstOrDefault(one => one.Name == name);

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
        KnownNetwork? exact = All.FirstOrDefault(one => one.Id == text) ?? ByName(text);
        List<KnownNetwork> matches = exact is not null || text.Length == 0 ? [] : [.. All.Where(one => one.Id.StartsWith(text, StringComparison.Ordinal))];
        return exact
            ?? (matches.Count == 1 ? matches[0]
                : matches.Count > 1 ? throw new EngineException(EngineErrorKind.InvalidParameter, $"network {text} is ambiguous ({matches.Count} matches found based on ID prefix)")
                : throw new EngineException(EngineErrorKind.NotFound, $"network {text} not found"));
    }

    /// <summary>Remembers the bridge's address.</summary>
    internal void KeepAddress(string address)
    {
        if (ByName(NetworkMode.Bridge)?.Address == address)
        {
            return;
        }

        Kept = [.. Kept.Select(one => one.Name == NetworkMode.Bridge ? one with { Address = address } : one)];
        All = [.. Kept];
        Save();
    }

    private IReadOnlyList<KnownNetwork> Read()
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), NetworkDocumentJson.Default.NetworkDocument)?.Networks ?? [] : [];
        }
        catch (JsonException error)
        {
            throw new EngineException(EngineErrorKind.System, $"read networks \"{path}\": {error.Message.TrimEnd('.')}", error);
        }
    }

    private void Save()
    {
        string next = path + ".next";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(new NetworkDocument { Networks = Kept }, NetworkDocumentJson.Default.NetworkDocument));
        Files.Rename(next, path);
    }
}
