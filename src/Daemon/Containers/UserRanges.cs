using System.Globalization;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>
/// The ids that containers get, of the ranges that subuid(5) and subgid(5) give to a user: all of them for every container
/// (userns-remap), or a free part for each (--userns=auto).
/// </summary>
/// <param name="remap">What the configuration says: "default", USER or USER:GROUP; empty: containers have the host's ids.</param>
/// <param name="folder">Where the two files are.</param>
internal sealed class UserRanges(string remap, ContainerTable table, string folder = "/etc")
{
    private const string DefaultUser = "dockremap";

    // Podman's, for the same purpose.
    private const string AutoUser = "containers";
    private const uint AutoSize = 65536;
    private readonly Lock gate = new();
    private readonly HashSet<uint> promised = [];

    /// <summary>Null for a container with the host's ids.</summary>
    /// <exception cref="EngineException">The container cannot have others, or there are none.</exception>
    internal UserMapping? Of(HostConfig host)
    {
        bool auto = host.UsernsMode == "auto" || host.UsernsMode.StartsWith("auto:", StringComparison.Ordinal);
        if (host.UsernsMode == "host" || (!auto && remap.Length == 0))
        {
            return null;
        }

        if (host.Privileged)
        {
            throw Refused("privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode");
        }

        if (host.NetworkMode == "host")
        {
            throw Refused("cannot share the host's network namespace when user namespaces are enabled");
        }

        if (host.PidMode == "host")
        {
            throw Refused("cannot share the host PID namespace when user namespaces are enabled");
        }

        return auto ? Auto(host.UsernsMode) : Remapped();
    }

    /// <summary>The container is in the table, or will not be: its part counts as the table says from now on.</summary>
    internal void Settle(UserMapping? mapping)
    {
        if (mapping is not null)
        {
            lock (gate)
            {
                promised.Remove(mapping.Root.User);
            }
        }
    }

    /// <summary>All ids of the user whom the configuration names.</summary>
    internal UserMapping Remapped()
    {
        string[] parts = remap.Split(':', 2);
        string user = parts[0] == "default" ? DefaultUser : parts[0];
        return new UserMapping { Users = Joined(Ranges("subuid", user)), Groups = Joined(Ranges("subgid", parts.Length == 2 && parts[1].Length > 0 ? parts[1] : user)) };
    }

    private UserMapping Auto(string mode)
    {
        uint size = AutoSize;
        if (mode.Length > "auto".Length && (!mode.StartsWith("auto:size=", StringComparison.Ordinal) || !uint.TryParse(mode["auto:size=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out size) || size == 0))
        {
            throw Refused($"invalid userns mode: {mode}");
        }

        IReadOnlyList<(uint Start, uint Count)> groups = Ranges("subgid", AutoUser);
        lock (gate)
        {
            (uint Start, uint Size)[] taken =
            [
                .. table.All().SelectMany(container => container.Document.UserMapping?.Users ?? []).Select(one => (one.HostID, one.Size)),
                .. promised.Select(start => (start, size)),
            ];
            foreach ((uint start, uint count) in Ranges("subuid", AutoUser))
            {
                // The ids of users and groups are the same, so that one number says whose a file is.
                for (uint at = start; at - start + size <= count; at += size)
                {
                    if (!taken.Any(one => at < one.Start + one.Size && one.Start < at + size) && groups.Any(one => at >= one.Start && at - one.Start + size <= one.Count))
                    {
                        promised.Add(at);
                        IdMapping[] own = [new() { ContainerID = 0, HostID = at, Size = size }];
                        return new UserMapping { Users = own, Groups = own };
                    }
                }
            }
        }

        throw Refused($"no {size} ids are free in the ranges of user \"{AutoUser}\" in {folder}/subuid and {folder}/subgid");
    }

    /// <summary>One range behind the other, from the container's root on.</summary>
    private static List<IdMapping> Joined(IReadOnlyList<(uint Start, uint Count)> ranges)
    {
        var mappings = new List<IdMapping>();
        uint next = 0;
        foreach ((uint start, uint count) in ranges)
        {
            mappings.Add(new IdMapping { ContainerID = next, HostID = start, Size = count });
            next += count;
        }

        return mappings;
    }

    private List<(uint Start, uint Count)> Ranges(string file, string user)
    {
        string path = Path.Combine(folder, file);
        var ranges = new List<(uint, uint)>();
        foreach (string line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            if (line.Split(':') is [var name, var start, var count] && name == user && uint.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out uint first) && uint.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out uint many) && many > 0)
            {
                ranges.Add((first, many));
            }
        }

        return ranges.Count > 0 ? ranges : throw Refused($"Can't create ID mappings: no {file} ranges found for user \"{user}\"");
    }

    private static EngineException Refused(string message) => new(EngineErrorKind.InvalidParameter, message);
}
