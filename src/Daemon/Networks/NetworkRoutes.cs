using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Networks;

namespace Wharf.Daemon.Networks;

/// <summary>The operations on networks. Those that make or change one are not there yet, and say so.</summary>
internal sealed class NetworkRoutes(NetworkTable networks, NetworkDescriptions descriptions)
{
    private static readonly string[] ListFilters = ["dangling", "driver", "id", "label", "name", "scope", "type"];

    internal IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/networks", ListAsync),
        new("POST", "/networks/create", (_, _) => throw NotYet("create a network")),
        new("POST", "/networks/prune", PruneAsync),
        new("GET", "/networks/{id}", (context, id) => Answers.JsonAsync(context, descriptions.Describe(networks.Find(id), detailed: true), NetworksJson.Default.NetworkResource)),
        new("DELETE", "/networks/{id}", (_, id) => throw Refusal(networks.Find(id))),
        new("POST", "/networks/{id}/connect", (_, id) => throw NotYet($"connect to network \"{networks.Find(id).Name}\"")),
        new("POST", "/networks/{id}/disconnect", (_, id) => throw NotYet($"disconnect from network \"{networks.Find(id).Name}\"")),
    ];

    private Task ListAsync(HttpContext context, string value)
    {
        QueryFilters filters = QueryFilters.Parse(Answers.Value(context, "filters"), ListFilters);
        IReadOnlyList<NetworkResource> found = [.. networks.All
            .Where(one => filters.Any("name", name => one.Name.Contains(name, StringComparison.Ordinal)))
            .Where(one => filters.Any("id", id => one.Id.Contains(id, StringComparison.Ordinal)))
            .Where(one => filters.Any("driver", driver => one.Driver == driver))
            .Where(_ => filters.Any("scope", scope => scope == "local"))
            .Where(_ => filters.Any("type", type => type switch
            {
                "builtin" => true,
                "custom" => false,
                _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter: 'type'='{type}'"),
            }))

            // None of the three has labels, and none is ever dangling.
            .Where(_ => !filters.Has("label"))
            .Where(_ => filters.Any("dangling", dangling => dangling is "false" or "0"))
            .Select(one => descriptions.Describe(one, detailed: false))];
        return Answers.JsonAsync(context, found, NetworksJson.Default.IReadOnlyListNetworkResource);
    }

    /// <summary>The three are never removed.</summary>
    private static Task PruneAsync(HttpContext context, string value)
    {
        _ = QueryFilters.Parse(Answers.Value(context, "filters"), ["label", "label!", "until"]);
        return Answers.JsonAsync(context, new PrunedNetworks(), NetworksJson.Default.PrunedNetworks);
    }

    private static EngineException Refusal(KnownNetwork network) =>
        new(EngineErrorKind.Forbidden, $"{network.Name} is a pre-defined network and cannot be removed");

    private static EngineException NotYet(string step) =>
        new(EngineErrorKind.NotImplemented, step + ": networks other than bridge, host and none are not supported yet");
}
