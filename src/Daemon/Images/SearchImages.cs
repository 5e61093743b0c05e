using System.Globalization;
using System.Text.Json;
using Wharf.Daemon.Http;
using Wharf.EngineApi.Images;

namespace Wharf.Daemon.Images;

/// <summary>Asks an index for repositories: docker's v1 search, which Docker Hub and some registries have.</summary>
internal sealed class SearchImages(IReadOnlyList<string> insecureRegistries) : IDisposable
{
    private const string Hub = "index.docker.io";
    private const int Standard = 25;
    private const int Most = 100;
    private static readonly string[] Filters = ["is-automated", "is-official", "stars"];
    private readonly HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = 4 << 20 };

    public void Dispose() => client.Dispose();

    internal async Task<IReadOnlyList<SearchResult>> RunAsync(string term, int? limit, string? filters, CancellationToken cancellation)
    {
        if (limit is < 1 or > Most)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"limit {limit} is outside the range of [1, {Most}]");
        }

        QueryFilters wanted = QueryFilters.Parse(filters, Filters);
        bool? official = Flag(wanted, "is-official");
        bool? automated = Flag(wanted, "is-automated");
        int stars = wanted.First("stars", _ => true) is { } least
            ? int.TryParse(least, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter 'stars=[{least}]'")
            : 0;
        string[] parts = term.Split('/', 2);
        bool named = parts.Length == 2 && (parts[0].Contains('.', StringComparison.Ordinal) || parts[0].Contains(':', StringComparison.Ordinal) || parts[0] == "localhost") && parts[0] != "docker.io";
        string domain = named ? parts[0] : Hub;
        string query = named || (parts.Length == 2 && parts[0] == "docker.io") ? parts[1] : term;
        string scheme = insecureRegistries.Contains(domain) || domain.StartsWith("127.", StringComparison.Ordinal) || domain.Split(':')[0] == "localhost" ? "http" : "https";
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri($"{scheme}://{domain}/v1/search?q={Uri.EscapeDataString(query)}&n={limit ?? Standard}"), cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw new EngineException(EngineErrorKind.System, $"search \"{term}\" at \"{domain}\": unexpected status code {(int)response.StatusCode}");
            }

            SearchAnswer answer = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), ImagesJson.Default.SearchAnswer) ?? new SearchAnswer();
            return [.. (answer.results ?? []).Where(one => (official is null || one.is_official == official) && automated != true && one.star_count >= stars).Select(one => one with { is_automated = false })];
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or InvalidOperationException || (error is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new EngineException(EngineErrorKind.System, $"search \"{term}\" at \"{domain}\": {error.Message.TrimEnd('.')}", error);
        }
    }

    private static bool? Flag(QueryFilters filters, string name) => filters.First(name, _ => true) switch
    {
        null => null,
        "1" or "true" => true,
        "0" or "false" => false,
        var other => throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid filter '{name}=[{other}]'"),
    };
}
