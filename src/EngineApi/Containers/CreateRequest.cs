using System.Text.Json.Serialization;

namespace Wharf.EngineApi.Containers;

/// <summary>The body of container create: the config, and the host's part.</summary>
public sealed record CreateRequest
{
    public string Hostname { get; set => field = value ?? ""; } = "";

    public string Domainname { get; set => field = value ?? ""; } = "";

    public string User { get; set => field = value ?? ""; } = "";

    public bool AttachStdin { get; set; }

    public bool AttachStdout { get; set; }

    public bool AttachStderr { get; set; }

    public IReadOnlyDictionary<string, EmptyValue>? ExposedPorts { get; set; }

    public bool Tty { get; set; }

    public bool OpenStdin { get; set; }

    public bool StdinOnce { get; set; }

    public IReadOnlyList<string>? Env { get; set; }

    public IReadOnlyList<string>? Cmd { get; set; }

    public string Image { get; set => field = value ?? ""; } = "";

    public IReadOnlyDictionary<string, EmptyValue>? Volumes { get; set; }

    public string WorkingDir { get; set => field = value ?? ""; } = "";

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

    /// <summary>Of clients up to API 1.43; later ones say it of a network.</summary>
    public string MacAddress { get; set => field = value ?? ""; } = "";

    public HostConfig? HostConfig { get; set; }

    public NetworkingConfig? NetworkingConfig { get; set; }
}
