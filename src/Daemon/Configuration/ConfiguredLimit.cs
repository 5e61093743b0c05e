namespace Wharf.Daemon.Configuration;

/// <summary>One of the config file's default-ulimits; the names of its fields are docker's.</summary>
internal sealed record ConfiguredLimit
{
    public string Name { get; set; } = "";

    public long Soft { get; set; }

    public long Hard { get; set; }
}
