using System.Text.Json.Serialization;

namespace Wharf.Containerd.Transfers;

/// <summary>The serialiser of docker's manifest.json.</summary>
[JsonSerializable(typeof(DockerArchiveEntry[]))]
internal sealed partial class DockerArchiveJson : JsonSerializerContext;
