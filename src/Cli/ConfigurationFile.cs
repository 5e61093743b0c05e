using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Wharf.Cli;

/// <summary>config.json of the user, to be changed: what else is in it stays as it is, and a reader sees the old file or the new.</summary>
internal sealed class ConfigurationFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal ConfigurationFile(Session session)
    {
        Path = System.IO.Path.Combine(session.ConfigurationFolder, "config.json");
        Document = session.Configuration.ValueKind == JsonValueKind.Object ? JsonNode.Parse(session.Configuration.GetRawText())!.AsObject() : [];
    }

    internal string Path { get; }

    internal JsonObject Document { get; }

    /// <summary>An object in it, made when it is missing.</summary>
    internal JsonObject Section(string name)
    {
        if (Document[name] is not JsonObject section)
        {
            Document[name] = section = [];
        }

        return section;
    }

    /// <summary>An empty value takes the field away. Saved at once.</summary>
    internal void SetText(string name, string value)
    {
        Document.Remove(name);
        if (value.Length > 0)
        {
            Document[name] = value;
        }

        Save();
    }

    internal void Save()
    {
        // A link is kept: what it leads to is replaced.
        string target = new FileInfo(Path).LinkTarget is null ? Path : new FileInfo(Path).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string folder = System.IO.Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        string next = System.IO.Path.Combine(folder, $".config.json.{Environment.ProcessId}");
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(Indented()));
            file.Flush(flushToDisk: true);
        }

        File.Move(next, target, overwrite: true);
    }

    private string Indented()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, IndentCharacter = '\t', IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Document.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
