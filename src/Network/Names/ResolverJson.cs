using System.Text.Json.Serialization;

namespace Wharf.Network.Names;

/// <summary>Reads and writes the requests.</summary>
[JsonSerializable(typeof(ResolverRequest))]
public sealed partial class ResolverJson : JsonSerializerContext;
