namespace Wharf.Daemon.Networks;

/// <summary>A network as it is kept.</summary>
internal sealed record KnownNetwork
{
    public string Name { get; set; } = "";

    public string Id { get; set; } = "";

    public string Driver { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    /// <summary>The bridge's address, ADDRESS/LENGTH; empty for other drivers.</summary>
    public string Address { get; set; } = "";
}
