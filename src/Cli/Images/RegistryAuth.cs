using System.Text;
using Wharf.Cli.Credentials;
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
        var json = new StringBuilder("{");
        if (new CredentialStore(session, key).Find() is { } credential)
        {
            Add(json, "username", credential.User);
            Add(json, "password", credential.Password);
            Add(json, "identitytoken", credential.Token);
            Add(json, "serveraddress", key);
        }

        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json.Append('}').ToString())).Replace('+', '-').Replace('/', '_');
    }

    private static void Add(StringBuilder json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.Append(json.Length > 1 ? "," : "").Append('"').Append(name).Append("\":").Append(GoJson.Of(value));
        }
    }
}
