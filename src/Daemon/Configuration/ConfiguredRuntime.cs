using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.Daemon.Configuration;

/// <summary>One of the config file's runtimes: a program in runc's place, or a shim of containerd.</summary>
internal sealed record ConfiguredRuntime
{
    /// <summary>A program that is called as runc is.</summary>
    [JsonPropertyName("path")]
    public string Path { get; set; } = "";

    /// <summary>Before the arguments that the shim gives it.</summary>
    [JsonPropertyName("runtimeArgs")]
    public IReadOnlyList<string>? Arguments { get; set; }

    /// <summary>containerd's name of a shim, or the path of one; instead of <see cref="Path"/>.</summary>
    [JsonPropertyName("runtimeType")]
    public string Type { get; set; } = "";

    /// <summary>What the shim is told, in the names of its own options.</summary>
    [JsonPropertyName("options")]
    public IReadOnlyDictionary<string, JsonElement>? Options { get; set; }
}
