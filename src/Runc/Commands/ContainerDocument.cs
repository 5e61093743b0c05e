using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Oci.Runtime;

namespace Wharf.Runc.Commands;

/// <summary>The document that state and list print: runtime-spec's state, and rootfs, created and owner, which only list fills, as runc adds them.</summary>
internal static class ContainerDocument
{
    internal static ReadOnlySpan<byte> Of(Container container, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, container, owner: "");
        }

        return buffer.WrittenSpan;
    }

    internal static void Write(Utf8JsonWriter json, Container container, string owner)
    {
        State state = container.State();
        json.WriteStartObject();
        json.WriteString("ociVersion", state.OciVersion);
        json.WriteString("id", state.Id);
        json.WriteNumber("pid", state.Pid ?? 0);
        json.WriteString("status", state.Status);
        json.WriteString("bundle", state.Bundle);
        json.WriteString("rootfs", container.Record.Rootfs);
        json.WriteString("created", Created(container));
        if (state.Annotations is { Count: > 0 } annotations)
        {
            json.WriteStartObject("annotations");
            foreach ((string name, string value) in annotations)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        json.WriteString("owner", owner);
        json.WriteEndObject();
    }

    internal static string Created(Container container) =>
        container.Record.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
