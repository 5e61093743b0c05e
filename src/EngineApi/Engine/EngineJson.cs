using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Engine;

/// <summary>Reads and writes the documents of the API about the engine itself.</summary>
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(EngineInfo))]
[JsonSerializable(typeof(DiskUsage))]
public sealed partial class EngineJson : JsonSerializerContext;
