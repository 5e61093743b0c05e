using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Containers;

/// <summary>"proxies" of config.json, which every new container gets as variables: those of the engine's address, else "default".</summary>
internal static class ProxySettings
{
    private static readonly (string Field, string Variable)[] Known =
        [("httpProxy", "HTTP_PROXY"), ("httpsProxy", "HTTPS_PROXY"), ("noProxy", "NO_PROXY"), ("ftpProxy", "FTP_PROXY"), ("allProxy", "ALL_PROXY")];

    /// <summary>In capitals and in small letters, without those that the user has set.</summary>
    /// <param name="session">With the user's configuration.</param>
    /// <param name="given">name=value, or a name alone.</param>
    internal static IEnumerable<string> Variables(Session session, IReadOnlyList<string> given)
    {
        JsonElement proxies = session.Configuration.Find("proxies");
        if (proxies.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        HashSet<string> names = [.. given.Select(variable => variable.Split('=')[0])];
        JsonElement own = proxies.Find(session.Client.Address.Text);
        JsonElement settings = own.ValueKind == JsonValueKind.Object ? own : proxies.Find("default");
        foreach ((string field, string variable) in Known)
        {
            string value = settings.Text(field);
            foreach (string name in new[] { variable, variable.ToLowerInvariant() }.Where(name => value.Length > 0 && !names.Contains(name)))
            {
                yield return $"{name}={value}";
            }
        }
    }
}
