using Wharf.Daemon.Volumes;

namespace Wharf.Daemon.Containers;

/// <summary>Reads SOURCE:DESTINATION[:OPTIONS], where the source is a path of the host or the name of a volume.</summary>
internal static class BindSpecification
{
    private static readonly string[] Propagations = ["private", "rprivate", "slave", "rslave", "shared", "rshared"];

    /// <exception cref="EngineException">In docker's words.</exception>
    internal static ContainerMount Parse(string text, string volumeDriver)
    {
        string[] parts = text.Split(':');
        if (parts.Length is 0 or > 3 || parts[0].Length == 0 || (parts.Length > 1 && parts[1].Length == 0))
        {
            throw Invalid($"invalid volume specification: '{text}'");
        }

        // One part alone is a destination, of a volume without a name.
        (string source, string destination, string mode) = parts.Length == 1 ? ("", parts[0], "") : (parts[0], parts[1], parts.Length == 3 ? parts[2] : "");
        if (!destination.StartsWith('/'))
        {
            throw Invalid(parts.Length == 2 && IsMode(parts[1]) ? $"invalid volume specification: '{text}'" : $"invalid volume specification: '{text}': invalid mount config for type \"{(source.StartsWith('/') ? ContainerMount.Bind : ContainerMount.OfVolume)}\": invalid mount path: '{destination}' mount path must be absolute");
        }

        string cleaned = Clean(destination);
        if (cleaned == "/")
        {
            throw Invalid($"invalid volume specification: '{text}': invalid mount config for type \"{(source.StartsWith('/') ? ContainerMount.Bind : ContainerMount.OfVolume)}\": invalid specification: destination can't be '/'");
        }

        string[] options = mode.Split(',', StringSplitOptions.RemoveEmptyEntries);
        bool isBind = source.StartsWith('/');
        if ((mode.Length == 0 && parts.Length == 3) || !IsMode(mode) || (!isBind && options.Any(Propagations.Contains)) || (isBind && options.Contains("nocopy")))
        {
            throw Invalid($"invalid mode: {mode}");
        }

        var mount = new ContainerMount
        {
            Destination = cleaned,
            Mode = mode,
            ReadOnly = options.Contains("ro"),
        };
        return isBind
            ? mount with { Type = ContainerMount.Bind, Source = Clean(source), Propagation = options.FirstOrDefault(Propagations.Contains) ?? "rprivate" }
            : VolumeTable.IsName(source) || source.Length == 0
                ? mount with { Type = ContainerMount.OfVolume, Volume = source, Driver = volumeDriver, IsAnonymous = source.Length == 0, CopiesUp = !options.Contains("nocopy"), Mode = mode.Length > 0 ? mode : "z" }
                : throw Invalid($"create {source}: \"{source}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path");
    }

    /// <summary>Without "." and "..", which end at the root, and without a slash at the end.</summary>
    internal static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }

    /// <summary>At most one option of each kind.</summary>
    private static bool IsMode(string mode)
    {
        string[] options = mode.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return options.All(option => option is "ro" or "rw" or "z" or "Z" or "nocopy" or "consistent" or "cached" or "delegated" || Propagations.Contains(option))
            && options.Count(option => option is "ro" or "rw") <= 1
            && options.Count(option => option is "z" or "Z") <= 1
            && options.Count(Propagations.Contains) <= 1
            && options.Count(option => option is "nocopy") <= 1;
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
