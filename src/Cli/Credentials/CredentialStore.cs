using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Programs;
using Wharf.Linux;

namespace Wharf.Cli.Credentials;

/// <summary>
/// Where a registry's credentials are: with the program that config.json names for it ("credHelpers") or for all ("credsStore"),
/// docker-credential-NAME, else in config.json. Before either, the variable DOCKER_AUTH_CONFIG is read.
/// </summary>
internal sealed class CredentialStore(Session session, string server)
{
    private const string TokenUser = "<token>";
    private const string NotFound = "credentials not found in native keychain";

    /// <summary>The name of the program without its prefix; empty: the file.</summary>
    internal string Helper => session.Configuration.Find("credHelpers").Text(server) is { Length: > 0 } own ? own : session.Configured("credsStore") ?? "";

    /// <summary>All that are kept in the file, or with a program that the file names a registry for.</summary>
    internal static IReadOnlyList<(string Server, Credential Credential)> All(Session session) =>
    [
        .. session.Configuration.Find("auths").Properties().Concat(session.Configuration.Find("credHelpers").Properties())
            .Select(entry => entry.Name).Distinct()
            .Select(name => (Server: name, Credential: new CredentialStore(session, name).Find()!))
            .Where(pair => pair.Credential is not null),
    ];

    /// <summary>Null when there are none.</summary>
    internal Credential? Find() => FromVariable() ?? (Helper.Length > 0 ? FromHelper() : null) ?? FromFile(session.Configuration.Find("auths").Find(server));

    /// <summary>The file that they were written to in the clear, or null.</summary>
    internal string? Set(Credential credential)
    {
        var file = new ConfigurationFile(session);
        var entry = new JsonObject();
        if (Helper.Length > 0)
        {
            string question = Encoding.UTF8.GetString(JsonText.Object(writer =>
            {
                writer.WriteString("ServerURL", server);
                writer.WriteString("Username", credential.Token.Length > 0 ? TokenUser : credential.User);
                writer.WriteString("Secret", credential.Token.Length > 0 ? credential.Token : credential.Password);
            }).Span);
            Call("store", question);
        }
        else
        {
            // A token of the registry stands for the password, which then needs not be kept.
            string pair = credential.Token.Length > 0 ? credential.User + ":" : $"{credential.User}:{credential.Password}";
            entry["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));
            if (credential.Token.Length > 0)
            {
                entry["identitytoken"] = credential.Token;
            }
        }

        file.Section("auths")[server] = entry;
        file.Save();
        return Helper.Length > 0 ? null : file.Path;
    }

    /// <summary>False when there were none.</summary>
    internal bool Remove()
    {
        var file = new ConfigurationFile(session);
        bool known = file.Document["auths"] is JsonObject auths && auths.Remove(server);
        if (Helper.Length > 0)
        {
            Call("erase", server);
            known = true;
        }

        if (known)
        {
            file.Save();
        }

        return known;
    }

    private Credential? FromVariable()
    {
        if (Session.Variable("DOCKER_AUTH_CONFIG") is not { } text)
        {
            return null;
        }

        try
        {
            JsonElement entry = JsonElement.Parse(text).Find("auths").Find(server);
            return entry.ValueKind == JsonValueKind.Object ? FromFile(entry) : null;
        }
        catch (JsonException error)
        {
            session.Error.Line($"Failed to create credential store from DOCKER_AUTH_CONFIG:  {error.Message}");
            return null;
        }
    }

    private static Credential? FromFile(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string pair = Decode(entry.Text("auth"));
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        return new Credential(
            colon > 0 ? pair[..colon] : entry.Text("username"),
            colon > 0 ? pair[(colon + 1)..].Trim('\0') : entry.Text("password"),
            entry.Text("identitytoken"));
    }

    private Credential? FromHelper()
    {
        string answer = Call("get", server);
        if (answer.Length == 0)
        {
            return null;
        }

        JsonElement document;
        try
        {
            document = JsonElement.Parse(answer);
        }
        catch (JsonException error)
        {
            throw new CommandException($"error getting credentials - err: {error.Message}, out: `{answer.Trim()}`");
        }

        return document.Text("Username") == TokenUser ? new Credential("", "", document.Text("Secret")) : new Credential(document.Text("Username"), document.Text("Secret"), "");
    }

    /// <summary>Its answer; empty when it knows none.</summary>
    private string Call(string verb, string question)
    {
        string name = "docker-credential-" + Helper;
        string what = verb switch { "get" => "getting", "store" => "storing", _ => "erasing" };
        string program = Spawner.Find(name) ?? throw new CommandException($"error {what} credentials - err: exec: \"{name}\": executable file not found in $PATH, out: ``");
        (int code, string output) = ProgramCall.Run(program, [verb], question);
        return code == 0 ? output
            : output.Trim() == NotFound ? ""
            : throw new CommandException($"error {what} credentials - err: exit status {code}, out: `{output.Trim()}`");
    }

    private static string Decode(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            // No base64 of ours: as good as none.
            return "";
        }
    }
}
