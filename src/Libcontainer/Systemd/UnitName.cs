namespace Wharf.Libcontainer.Systemd;

/// <summary>A unit from a cgroups path of the form "slice:prefix:name", and where its cgroup is below that of the manager.</summary>
internal sealed record UnitName(string Slice, string Name)
{
    /// <summary>"/a.slice/a-b.slice/prefix-name.scope".</summary>
    internal string Path => Folder(Slice) + "/" + Name;

    internal static UnitName Of(string? cgroupsPath, string id, bool user)
    {
        if (cgroupsPath is null or "")
        {
            return new UnitName(user ? "user.slice" : "system.slice", $"runc-{id}.scope");
        }

        string[] parts = cgroupsPath.Split(':');
        if (parts.Length != 3)
        {
            throw new ContainerException($"expected cgroupsPath to be of format \"slice:prefix:name\" for systemd cgroups, got \"{cgroupsPath}\" instead");
        }

        string slice = parts[0].Length > 0 ? parts[0] : user ? "user.slice" : "system.slice";
        Folder(slice);
        string name = (parts[1].Length > 0 ? parts[1] + "-" : string.Empty) + parts[2] + ".scope";
        return name.Contains('/', StringComparison.Ordinal) || parts[2].Length == 0 || parts[2].EndsWith(".slice", StringComparison.Ordinal)
            ? throw new ContainerException($"invalid systemd unit name \"{name}\"")
            : new UnitName(slice, name);
    }

    /// <summary>A dash in the name of a slice is a step down.</summary>
    private static string Folder(string slice)
    {
        const string end = ".slice";
        if (slice == "-.slice")
        {
            return string.Empty;
        }

        string[] parts = slice.EndsWith(end, StringComparison.Ordinal) ? slice[..^end.Length].Split('-') : [];
        if (parts.Length == 0 || parts.Any(part => part.Length == 0 || part.Contains('/', StringComparison.Ordinal)))
        {
            throw new ContainerException($"invalid slice name: {slice}");
        }

        return string.Concat(parts.Select((_, index) => "/" + string.Join('-', parts.Take(index + 1)) + end));
    }
}
