using System.Globalization;
using Wharf.Daemon.Containers;

namespace Wharf.Daemon.Networks;

/// <summary>
/// The environment that a link of the default network gives: ALIAS_PORT and what is behind it. docker has left it out since version 29
/// unless the daemon's own environment asks for it, for names of containers become names of variables there; so does this engine.
/// </summary>
internal static class LinkVariables
{
    private const string Switch = "DOCKER_KEEP_DEPRECATED_LEGACY_LINKS_ENV_VARS";

    /// <summary>Of all links of a container; none unless the daemon is told to.</summary>
    internal static IReadOnlyList<string> Of(ContainerDocument document, ContainerTable table)
    {
        if (document.HostConfig.NetworkMode != NetworkMode.Bridge || Environment.GetEnvironmentVariable(Switch) is not "1")
        {
            return [];
        }

        return [
            .. from link in document.HostConfig.Links ?? []
               let parts = link.Split(':')
               let target = table.TryFind(parts[0])
               where target is { State.Running: true }
               let end = target.Document.Endpoints.FirstOrDefault(one => one.Network == NetworkMode.Bridge && one.Address.Length > 0)
               where end is not null
               from variable in Of($"/{document.Name}/{parts[^1].Split('/')[^1]}", end.Address, target.Config.ExposedPorts?.Keys ?? [], target.Config.Env ?? [])
               select variable];
    }

    /// <param name="link">/CONTAINER/ALIAS</param>
    /// <param name="ports">PORT/PROTOCOL</param>
    /// <param name="environment">Of the container that is linked to.</param>
    internal static IReadOnlyList<string> Of(string link, string address, IEnumerable<string> ports, IEnumerable<string> environment)
    {
        string alias = link[(link.LastIndexOf('/') + 1)..].ToUpperInvariant().Replace('-', '_');
        var variables = new List<string>();
        (int Number, string Protocol)[] sorted = [.. ports.Select(port => port.Split('/')).Select(parts => (int.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length > 1 ? parts[1] : "tcp")).Order()];
        if (sorted.Length > 0)
        {
            variables.Add(string.Create(CultureInfo.InvariantCulture, $"{alias}_PORT={sorted[0].Protocol}://{address}:{sorted[0].Number}"));
        }

        foreach ((int number, string protocol) in sorted)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{alias}_PORT_{number}_{protocol.ToUpperInvariant()}");
            variables.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={protocol}://{address}:{number}"));
            variables.Add($"{name}_ADDR={address}");
            variables.Add(string.Create(CultureInfo.InvariantCulture, $"{name}_PORT={number}"));
            variables.Add($"{name}_PROTO={protocol}");
        }

        variables.Add($"{alias}_NAME={link}");
        variables.AddRange(environment.Where(entry => entry.Contains('=', StringComparison.Ordinal) && entry.Split('=')[0] is not ("HOME" or "PATH")).Select(entry => $"{alias}_ENV_{entry}"));
        return variables;
    }
}
