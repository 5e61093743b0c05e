using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>What is unused is removed: each kind by one request, its answer as the text that the kind's own command and `system prune` both print.</summary>
internal static class PruneCalls
{
    /// <summary>Filters of the command line, with those that config.json adds ("pruneFilters").</summary>
    internal static string FilterQuery(Session session, IEnumerable<string> given)
    {
        string[] asked = [.. given];
        IEnumerable<string> added = session.Configuration.Texts("pruneFilters").Where(filter => filter.Contains('=', StringComparison.Ordinal) && !asked.Contains(Opposite(filter)));
        return Filters.Query([.. asked, .. added]);
    }

    internal static (long Reclaimed, string List) Containers(Session session, IEnumerable<string> filters)
    {
        JsonElement answer = Post(session, "/containers/prune", filters);
        return (answer.Number("SpaceReclaimed"), Lines("Deleted Containers:", answer.Texts("ContainersDeleted")));
    }

    internal static (long Reclaimed, string List) Images(Session session, IEnumerable<string> filters, bool all)
    {
        JsonElement answer = Post(session, "/images/prune", filters.Append($"dangling={(all ? "false" : "true")}"));
        return (answer.Number("SpaceReclaimed"), Lines("Deleted Images:", answer.Items("ImagesDeleted").Select(image =>
            image.Text("Untagged") is { Length: > 0 } name ? $"untagged: {name}" : $"deleted: {image.Text("Deleted")}")));
    }

    internal static (long Reclaimed, string List) Volumes(Session session, IEnumerable<string> filters)
    {
        JsonElement answer = Post(session, "/volumes/prune", filters);
        return (answer.Number("SpaceReclaimed"), Lines("Deleted Volumes:", answer.Texts("VolumesDeleted")));
    }

    internal static string Networks(Session session, IEnumerable<string> filters) =>
        Lines("Deleted Networks:", Post(session, "/networks/prune", filters).Texts("NetworksDeleted"));

    internal static (long Reclaimed, string List) BuildCache(Session session, IEnumerable<string> filters, bool all)
    {
        string query = new Query("/build/prune").AddIf("all", all).AddEscaped("filters", FilterQuery(session, filters)).ToString();
        using EngineResponse response = session.Client.Send("POST", query);
        JsonElement answer = response.ReadJson();
        return (answer.Number("SpaceReclaimed"), Lines("Deleted build cache objects:", answer.Texts("CachesDeleted")));
    }

    internal static void Print(Session session, (long Reclaimed, string List) answer)
    {
        if (answer.List.Length > 0)
        {
            session.Output.Line(answer.List);
        }

        session.Output.Line($"Total reclaimed space: {Words.Size(answer.Reclaimed, 4)}");
    }

    private static JsonElement Post(Session session, string route, IEnumerable<string> filters)
    {
        using EngineResponse response = session.Client.Send("POST", new Query(route).AddEscaped("filters", FilterQuery(session, filters)).ToString());
        return response.ReadJson();
    }

    private static string Lines(string heading, IEnumerable<string> names)
    {
        var text = new StringBuilder();
        foreach (string name in names)
        {
            text.Append(text.Length == 0 ? heading + "\n" : "").Append(name).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>label=x of the command line stands against label!=x of the file, and the other way.</summary>
    private static string Opposite(string filter) =>
        filter.StartsWith("label!=", StringComparison.Ordinal) ? "label=" + filter["label!=".Length..]
            : filter.StartsWith("label=", StringComparison.Ordinal) ? "label!=" + filter["label=".Length..]
            : "";
}
