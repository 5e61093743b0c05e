using System.Text;
using System.Text.Json.Nodes;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Images;

/// <summary>The registries' credentials in config.json. What else is in it stays as it is.</summary>
internal sealed class CredentialFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly JsonObject document;

    /// <exception cref="CommandException">The credentials are kept by a program that is not asked yet.</exception>
    internal CredentialFile(Session session)
    {
        Path = System.IO.Path.Combine(session.ConfigurationFolder, "config.json");
        if (session.Configured("credsStore") is { Length: > 0 } store)
        {
            throw new CommandException($"config file \"{Path}\": credential helper \"{store}\" is not supported: remove \"credsStore\" to keep credentials in the file");
        }

        document = session.Configuration.ValueKind == System.Text.Json.JsonValueKind.Object ? JsonNode.Parse(session.Configuration.GetRawText())!.AsObject() : [];
    }

    internal string Path { get; }

    internal void Set(string server, string user, string password, string token)
    {
        if (document["auths"] is not JsonObject auths)
        {
            document["auths"] = auths = [];
        }

        // A token of the registry stands for the password, which then needs not be kept.
        var entry = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token.Length > 0 ? user + ":" : $"{user}:{password}")) };
        if (token.Length > 0)
        {
            entry["identitytoken"] = token;
        }

        auths[server] = entry;
        Save();
    }

    /// <summary>False when there were none.</summary>
    internal bool Remove(string server)
    {
        if (document["auths"] is not JsonObject auths || !auths.Remove(server))
        {
            return false;
        }

        Save();
        return true;
    }

    private void Save()
    {
        string folder = System.IO.Path.GetDirectoryName(Path)!;
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        string next = System.IO.Path.Combine(folder, $".config.json.{Environment.ProcessId}");
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(Indented()));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, Path, overwrite: true);
    }

    private string Indented()
    {
        using var buffer = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(buffer, new System.Text.Json.JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
