using System.Text;
using System.Text.Json;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Images;

/// <summary>The user's credentials for a registry, as the header X-Registry-Auth carries them.</summary>
internal static class RegistryAuth
{
    /// <summary>The public registry's own name among the credentials.</summary>
    internal const string IndexServer = "https://index.docker.io/v1/";

    internal static string Header(Session session, string registry)
    {
        string key = registry == "docker.io" ? IndexServer : registry;
        JsonElement entry = session.Configuration.Find("auths").Find(key);
        var json = new StringBuilder("{");
        if (entry.ValueKind == JsonValueKind.Object)
        {
            string pair = Decode(entry.Text("auth"));
            int colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                Add(json, "username", pair[..colon]);
                Add(json, "password", pair[(colon + 1)..]);
            }

            Add(json, "identitytoken", entry.Text("identitytoken"));
            Add(json, "serveraddress", key);
        }

        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json.Append('}').ToString())).Replace('+', '-').Replace('/', '_');
    }

    private static string Decode(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            return "";
        }
    }

    private static void Add(StringBuilder json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.Append(json.Length > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(GoJson.Of(value));
        }
    }
}
