using System.Text.Json.Serialization;
using Wharf.EngineApi.Json;

namespace Wharf.EngineApi.Containers;

/// <summary>Reads and writes the documents of the API's containers.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, Converters = [typeof(Int32OrNull), typeof(Int64OrNull), typeof(BooleanOrNull)])]
[JsonSerializable(typeof(CreateRequest))]
[JsonSerializable(typeof(CreateResponse))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(WaitResponse))]
[JsonSerializable(typeof(ExecCreateRequest))]
[JsonSerializable(typeof(ExecStartRequest))]
[JsonSerializable(typeof(IdResponse))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(ContainerConfig))]
[JsonSerializable(typeof(HostConfig))]
[JsonSerializable(typeof(PrunedContainers))]
[JsonSerializable(typeof(ContainerTop))]
[JsonSerializable(typeof(UpdateResponse))]
[JsonSerializable(typeof(PathStat))]
[JsonSerializable(typeof(IReadOnlyList<Checkpoint>))]
[JsonSerializable(typeof(CheckpointCreateRequest))]
[JsonSerializable(typeof(IReadOnlyList<FilesystemChange>))]
[JsonSerializable(typeof(IReadOnlyList<ContainerSummary>))]
public sealed partial class ContainersJson : JsonSerializerContext;
