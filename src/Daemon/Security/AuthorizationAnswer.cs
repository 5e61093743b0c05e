namespace Wharf.Daemon.Security;

/// <summary>What a plugin says.</summary>
internal sealed record AuthorizationAnswer
{
    public bool Allow { get; set; }

    public string Msg { get; set => field = value ?? ""; } = "";

    public string Err { get; set => field = value ?? ""; } = "";
}
