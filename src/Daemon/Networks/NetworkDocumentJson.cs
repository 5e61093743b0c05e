using System.Text.Json.Serialization;

namespace Wharf.Daemon.Networks;

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(NetworkDocument))]
internal sealed partial class NetworkDocumentJson : JsonSerializerContext;
