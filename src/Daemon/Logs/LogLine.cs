using System.Text.Json.Serialization;

namespace Wharf.Daemon.Logs;

/// <summary>A line of json-file.</summary>
internal sealed record LogLine
{
    [JsonPropertyName("log")]
    public string Log { get; set; } = "";

    [JsonPropertyName("stream")]
    public string Stream { get; set; } = "";

    [JsonPropertyName("attrs")]
    public IReadOnlyDictionary<string, string>? Attributes { get; set; }

    [JsonPropertyName("time")]
    public DateTimeOffset Time { get; set; }
}

/// <summary>Reads log lines.</summary>
[JsonSerializable(typeof(LogLine))]
internal sealed partial class LogJson : JsonSerializerContext;
