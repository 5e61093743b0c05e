using System.Text.Json;
using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>What a container runs: Config of the API.</summary>
public sealed record ContainerConfig
{
    public string Hostname { get; set; } = "";

    public string Domainname { get; set; } = "";

    public string User { get; set; } = "";

    public bool AttachStdin { get; set; }

    public bool AttachStdout { get; set; }

    public bool AttachStderr { get; set; }

    public IReadOnlyDictionary<string, EmptyValue>? ExposedPorts { get; set; }

    public bool Tty { get; set; }

    public bool OpenStdin { get; set; }

    public bool StdinOnce { get; set; }

    public IReadOnlyList<string>? Env { get; set; }

    public IReadOnlyList<string>? Cmd { get; set; }

    public string Image { get; set; } = "";

    public IReadOnlyDictionary<string, EmptyValue>? Volumes { get; set; }

    public string WorkingDir { get; set; } = "";

    public IReadOnlyList<string>? Entrypoint { get; set; }

    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    public string? StopSignal { get; set; }

    public int? StopTimeout { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthConfig? Healthcheck { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ArgsEscaped { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? NetworkDisabled { get; set; }

    public IReadOnlyList<string>? OnBuild { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Shell { get; set; }

    /// <summary>Fields that this version has no use for, kept as the client sent them.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}
