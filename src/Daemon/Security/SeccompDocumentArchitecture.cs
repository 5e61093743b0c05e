namespace Wharf.Daemon.Security;

/// <summary>An architecture, and those whose programs it runs too.</summary>
internal sealed record SeccompDocumentArchitecture
{
    public string Architecture { get; set; } = "";

    public IReadOnlyList<string>? SubArchitectures { get; set; }
}
