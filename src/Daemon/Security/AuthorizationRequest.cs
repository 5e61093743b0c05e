using System.Text.Json.Serialization;

namespace Wharf.Daemon.Security;

/// <summary>What a plugin is asked: docker's names.</summary>
internal sealed record AuthorizationRequest
{
    public string User { get; set; } = "";

    public string UserAuthNMethod { get; set; } = "";

    public string RequestMethod { get; set; } = "";

    public string RequestUri { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? RequestBody { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? ResponseBody { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? ResponseHeaders { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ResponseStatusCode { get; set; }

    public IReadOnlyDictionary<string, string> RequestHeaders { get; set; } = new Dictionary<string, string>();
}
