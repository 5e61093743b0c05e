using System.Text;
using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Contexts;

/// <summary>meta.json of a context.</summary>
internal static class ContextDocument
{
    /// <param name="name">Of the context.</param>
    /// <param name="description">Empty: that of the document that is changed, or none.</param>
    /// <param name="endpoint">Null: as in the document that is changed.</param>
    /// <param name="before">What is changed, or copied; default: nothing.</param>
    internal static string Write(string name, string description, EndpointSetting? endpoint, JsonElement before)
    {
        return Encoding.UTF8.GetString(JsonText.Object(writer =>
        {
            writer.WriteString("Name", name);
            writer.WriteStartObject("Metadata");
            writer.WriteTextIf("Description", description.Length > 0 ? description : before.Find("Metadata").Text("Description"));
            foreach (JsonProperty field in before.Find("Metadata").Properties().Where(field => field.Name != "Description"))
            {
                field.WriteTo(writer);
            }

            writer.WriteEndObject();
            writer.WriteStartObject("Endpoints");
            foreach (JsonProperty other in before.Find("Endpoints").Properties().Where(other => endpoint is null || other.Name != "docker"))
            {
                other.WriteTo(writer);
            }

            if (endpoint is not null)
            {
                writer.WriteStartObject("docker");
                writer.WriteTextIf("Host", endpoint.Host);
                writer.WriteBoolean("SkipTLSVerify", endpoint.SkipsVerification);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }).Span);
    }
}
