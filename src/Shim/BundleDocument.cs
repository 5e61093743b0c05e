using System.Text.Json;

namespace Wharf.Shim;

/// <summary>
/// What a shim has to know of a bundle's config.json. It is scanned and not kept: the shim stays small for as long as its
/// container lives.
/// </summary>
internal sealed record BundleDocument
{
    // In this order, as runc's shim has them.
    private static readonly string[] GroupAnnotations = ["io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id"];

    /// <summary>It asks for mounts that reach the host.</summary>
    internal bool SharesMounts { get; private set; }

    /// <summary>The container has a pid namespace that ends with its first process.</summary>
    internal bool OwnProcesses { get; private set; }

    /// <summary>Containers of one group have one shim; null for a shim of its own.</summary>
    internal string? Group { get; private set; }

    /// <summary>A bundle without a document, or with a malformed one, has the answers that are safe: the runtime says what is wrong.</summary>
    internal static BundleDocument Read(string bundle)
    {
        string path = Path.Combine(bundle, "config.json");
        if (!File.Exists(path))
        {
            return new BundleDocument { SharesMounts = true };
        }

        try
        {
            return Scan(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            return new BundleDocument { SharesMounts = true };
        }
    }

    private static BundleDocument Scan(byte[] json)
    {
        var document = new BundleDocument();
        var groups = new string?[GroupAnnotations.Length];
        string top = "", second = "", inner = "", type = "", path = "";
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.CurrentDepth == 1:
                    top = reader.GetString()!;
                    second = "";
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == 2 && top is "annotations" or "linux":
                    second = reader.GetString()!;
                    break;
                case JsonTokenType.PropertyName when reader.CurrentDepth == 4 && top == "linux" && second == "namespaces":
                    inner = reader.GetString()!;
                    break;
                case JsonTokenType.String when top == "annotations":
                    int index = Array.IndexOf(GroupAnnotations, second);
                    if (index >= 0)
                    {
                        groups[index] = reader.GetString();
                    }

                    break;
                case JsonTokenType.String when top == "linux" && second == "namespaces" && inner == "type":
                    type = reader.GetString()!;
                    break;
                case JsonTokenType.String when top == "linux" && second == "namespaces" && inner == "path":
                    path = reader.GetString()!;
                    break;
                case JsonTokenType.String when reader.ValueTextEquals("rshared"u8) || reader.ValueTextEquals("shared"u8):
                    document.SharesMounts = true;
                    break;
                case JsonTokenType.EndObject when top == "linux" && second == "namespaces" && reader.CurrentDepth == 3:
                    document.OwnProcesses |= type == "pid" && path.Length == 0;
                    type = path = "";
                    break;
            }
        }

        document.Group = groups.FirstOrDefault(group => !string.IsNullOrEmpty(group));
        return document;
    }
}
