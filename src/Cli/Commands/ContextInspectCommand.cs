using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;
using Wharf.Cli.Output;

namespace Wharf.Cli.Commands;

internal static class ContextInspectCommand
{
    private const string InMemory = "<IN MEMORY>";
    private static readonly string[] Shown = ["Name", "Metadata", "Endpoints"];

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] [CONTEXT] [CONTEXT...]",
        Summary = "Display detailed information on one or more contexts",
        Paths = ["context inspect"],
        Flags = [Formats.Flag],
        Run = call =>
        {
            Session session = call.Session;
            IReadOnlyList<string> names = call.Arguments.Count > 0 ? call.Arguments : [session.CurrentContext];
            return InspectCommand.Print(call, names, name => Document(session, name));
        },
    };

    private static string Document(Session session, string name)
    {
        bool isDefault = name == ContextStore.Default;
        ContextStore store = session.Contexts;
        JsonElement before = isDefault
            ? JsonElement.Parse(ContextDocument.Write(name, "", new EndpointSetting(new EngineEndpoint(session).DefaultHost, false, new Dictionary<string, byte[]>()), default))
            : store.Get(name).Document;
        byte[] document = JsonText.Object(writer =>
        {
            foreach (string field in Shown)
            {
                if (before.Find(field).ValueKind != JsonValueKind.Undefined)
                {
                    writer.WritePropertyName(field);
                    before.Find(field).WriteTo(writer);
                }
            }

            writer.WriteStartObject("TLSMaterial");
            if (!isDefault && store.TlsFiles(name, "docker") is { Count: > 0 } files)
            {
                writer.WriteTexts("docker", files);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("Storage");
            writer.WriteString("MetadataPath", isDefault ? InMemory : store.MetaFolder(name));
            writer.WriteString("TLSPath", isDefault ? InMemory : store.TlsFolder(name));
            writer.WriteEndObject();
        }).ToArray();
        return Templates.GoJson.Of(JsonElement.Parse(document), escapeHtml: true);
    }
}
