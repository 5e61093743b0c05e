using System.Text.Json.Serialization;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Containers;

/// <summary>What is kept of an exec beside its fifos, for the next life of the daemon: it goes with the run of its container.</summary>
internal sealed record ExecDocument
{
    public string Id { get; set; } = "";

    public ExecCreateRequest Request { get; set; } = new();

    public bool Started { get; set; }

    /// <summary>Null while it runs.</summary>
    public int? ExitCode { get; set; }
}

/// <summary>Reads and writes the document.</summary>
[JsonSerializable(typeof(ExecDocument))]
internal sealed partial class ExecDocumentJson : JsonSerializerContext;
