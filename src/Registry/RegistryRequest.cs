using System.Net.Http.Headers;

namespace Wharf.Registry;

/// <summary>A request that may be sent several times: after a challenge, and to where a redirect points.</summary>
internal sealed record RegistryRequest(HttpMethod Method, Uri Uri)
{
    public IReadOnlyList<string> Accept { get; init; } = [];

    public RangeHeaderValue? Range { get; init; }

    /// <summary>Makes the body, from its beginning.</summary>
    public Func<HttpContent>? Body { get; init; }

    /// <summary>How long the answer may take; null: as the options say. A long body needs more.</summary>
    public TimeSpan? Limit { get; init; }

    public bool FollowsRedirects => Body is null;

    public HttpRequestMessage ToMessage(Uri uri)
    {
        var message = new HttpRequestMessage(Method, uri) { Content = Body?.Invoke() };
        foreach (string mediaType in Accept)
        {
            message.Headers.TryAddWithoutValidation("Accept", mediaType);
        }

        message.Headers.Range = Range;
        return message;
    }
}
