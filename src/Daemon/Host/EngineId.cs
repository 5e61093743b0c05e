namespace Wharf.Daemon.Host;

/// <summary>The engine's own id: made once, kept below the data root.</summary>
internal static class EngineId
{
    internal static string ReadOrMake(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "engine-id");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } known)
        {
            return known;
        }

        string made = Guid.NewGuid().ToString();
        File.WriteAllText(path, made);
        return made;
    }
}
