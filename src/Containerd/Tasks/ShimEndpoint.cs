using System.Text.Json;

namespace Wharf.Containerd.Tasks;

/// <summary>Where a shim listens, and which version of the task service it speaks there: what its sub-command start prints.</summary>
/// <param name="Version">2 or 3: the number in the name of the service; messages and methods are the same.</param>
/// <param name="Address">A unix socket, with or without "unix://".</param>
internal readonly record struct ShimEndpoint(int Version, string Address)
{
    private const int Oldest = 2;
    private const int Newest = 3;

    public string Service => $"containerd.task.v{Version}.Task";

    public string SocketPath => Address.StartsWith("unix://", StringComparison.Ordinal) ? Address["unix://".Length..] : Address;

    /// <summary>A bare address is version 2's answer; a document names version, protocol and address.</summary>
    /// <exception cref="ContainerdException">The shim speaks what this daemon does not, or no answer at all.</exception>
    public static ShimEndpoint Parse(string answer)
    {
        string text = answer.Trim();
        return text.Length == 0 ? throw Refused(ErrorKind.Unknown, "it printed no address")
            : text.StartsWith('{') ? ParseDocument(text)
            : new ShimEndpoint(Oldest, text);
    }

    /// <summary>The document that <see cref="Parse"/> reads, as containerd keeps it in a bundle.</summary>
    public byte[] ToDocument()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteString("address", Address);
            writer.WriteString("protocol", "ttrpc");
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static ShimEndpoint ParseDocument(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            string protocol = Text(root, "protocol");
            string address = Text(root, "address");
            int version = root.TryGetProperty("version", out JsonElement number) ? number.GetInt32() : Oldest;
            return protocol is not ("" or "ttrpc") ? throw Refused(ErrorKind.Unimplemented, $"protocol \"{protocol}\": not implemented")
                : version is < Oldest or > Newest ? throw Refused(ErrorKind.Unimplemented, $"version {version} of the task service: not implemented")
                : address.Length == 0 ? throw Refused(ErrorKind.Unknown, $"no address in \"{text}\"")
                : new ShimEndpoint(version, address);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw Refused(ErrorKind.Unknown, $"its answer \"{text}\" cannot be read: {error.Message}");
        }
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static ContainerdException Refused(ErrorKind kind, string cause) => new(kind, $"failed to start shim: {cause}");
}
