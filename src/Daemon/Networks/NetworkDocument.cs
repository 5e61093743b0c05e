namespace Wharf.Daemon.Networks;

/// <summary>What is kept of the networks: networks.json.</summary>
internal sealed record NetworkDocument
{
    public IReadOnlyList<KnownNetwork> Networks { get; set; } = [];
}
