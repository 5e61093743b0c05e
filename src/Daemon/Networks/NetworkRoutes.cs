using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Networks;

namespace Wharf.Daemon.Networks;

/// <summary>The operations on networks.</summary>
internal sealed class NetworkRoutes(NetworkTable networks, ContainerTable table, NetworkDescriptions descriptions, CreateNetwork create, RemoveNetwork remove, ConnectContainer connect)
{
    private static readonly string[] ListFilters = ["dangling", "driver", "id", "label", "name", "scope", "type"];

    internal IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/networks", ListAsync),
        new("POST", "/networks/create", CreateAsync),
        new("POST", "/networks/prune", PruneAsync),
        new("GET", "/networks/{id}", InspectAsync),
        new("DELETE", "/networks/{id}", RemoveAsync),
        new("POST", "/networks/{id}/connect", ConnectAsync),
        new("POST", "/networks/{id}/disconnect", DisconnectAsync),
    ];

    private Task ListAsync(HttpContext context, string value)
    {
        QueryFilters filters = QueryFilters.Parse(Answers.Value(context, "filters"), ListFilters);
        IReadOnlyList<NetworkResource> found = [.. networks.All
            .Where(one => filters.Any("name", name => one.Name.Contains(name, StringComparison.Ordinal)))
            .Where(one => filters.Any("id", id => one.Id.Contains(id, StringComparison.Ordinal)))
            .Where(one => filters.Any("driver", driver => one.Record.Driver == driver))
            .Where(_ => filters.Any("scope", scope => scope == "local"))
            .Where(one => filters.Any("type", type => type switch
            {
                "builtin" => one.Record.IsBuiltIn,
                "custom" => !one.Record.IsBuiltIn,
                _ => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter: 'type'='{type}'"),
            }))
            .Where(one => filters.All("label", label => QueryFilters.LabelMatches(label, one.Record.Labels)))
            .Where(one => filters.Any("dangling", dangling => IsDangling(one) == dangling is "true" or "1"))
            .Select(one => descriptions.Describe(one, detailed: false))];
        return Answers.JsonAsync(context, found, NetworksJson.Default.IReadOnlyListNetworkResource);
    }

    private static bool IsDangling(KnownNetwork network) => !network.Record.IsBuiltIn && network.Endpoints.Count == 0;

    private async Task CreateAsync(HttpContext context, string value)
    {
        NetworkCreateRequest request = await JsonBody.ReadAsync(context, NetworksJson.Default.NetworkCreateRequest).ConfigureAwait(false);
        NetworkCreateResponse made = await create.RunAsync(request, context.RequestAborted).ConfigureAwait(false);
        await Answers.JsonAsync(context, made, NetworksJson.Default.NetworkCreateResponse, StatusCodes.Status201Created).ConfigureAwait(false);
    }

    private Task InspectAsync(HttpContext context, string id)
    {
        string scope = Answers.Value(context, "scope") ?? "local";
        KnownNetwork network = networks.Find(id);
        return scope == "local"
            ? Answers.JsonAsync(context, descriptions.Describe(network, detailed: true), NetworksJson.Default.NetworkResource)
            : throw new EngineException(EngineErrorKind.NotFound, $"network {id} not found");
    }

    private async Task RemoveAsync(HttpContext context, string id)
    {
        await remove.RunAsync(networks.Find(id), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task PruneAsync(HttpContext context, string value)
    {
        QueryFilters filters = QueryFilters.Parse(Answers.Value(context, "filters"), ["label", "label!", "until"]);
        IReadOnlyList<string> removed = await remove.PruneAsync(filters, context.RequestAborted).ConfigureAwait(false);
        await Answers.JsonAsync(context, new PrunedNetworks { NetworksDeleted = removed.Count > 0 ? removed : null }, NetworksJson.Default.PrunedNetworks).ConfigureAwait(false);
    }

    private async Task ConnectAsync(HttpContext context, string id)
    {
        NetworkConnectRequest request = await JsonBody.ReadAsync(context, NetworksJson.Default.NetworkConnectRequest).ConfigureAwait(false);
        await connect.ConnectAsync(networks.Find(id), table.Find(request.Container), request.EndpointConfig, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task DisconnectAsync(HttpContext context, string id)
    {
        NetworkDisconnectRequest request = await JsonBody.ReadAsync(context, NetworksJson.Default.NetworkDisconnectRequest).ConfigureAwait(false);
        await connect.DisconnectAsync(networks.Find(id), table.Find(request.Container), request.Force, context.RequestAborted).ConfigureAwait(false);
    }
}
