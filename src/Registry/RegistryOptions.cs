namespace Wharf.Registry;

/// <summary>How registries are reached. The names of settings are those of docker's daemon.json.</summary>
public sealed record RegistryOptions
{
    /// <summary>Hosts (<c>host[:port]</c>) and networks (CIDR) that may use plain http or a certificate that nobody vouches for. Loopback is always among them.</summary>
    public IReadOnlyList<string> InsecureRegistries { get; init; } = [];

    /// <summary>URLs asked before Docker Hub, in this order.</summary>
    public IReadOnlyList<string> RegistryMirrors { get; init; } = [];

    public string UserAgent { get; init; } = "wharf";

    /// <summary>How long a registry may take to send its headers.</summary>
    public TimeSpan ResponseLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a body may bring no byte before its transfer counts as broken.</summary>
    public TimeSpan StallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often in a row a step is tried that brings nothing.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Wait before the second attempt; it doubles with each one, and <c>Retry-After</c> of the registry lengthens it.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>No wait between attempts is longer, whatever the registry asks for.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Bytes of a blob that are sent in one request, unless the registry asks for more.</summary>
    public long PushPiece { get; init; } = 16 << 20;

    public TimeSpan DelayBefore(int attempt, TimeSpan? askedFor)
    {
        TimeSpan delay = RetryDelay * Math.Pow(2, Math.Max(0, attempt - 2));
        if (askedFor > delay)
        {
            delay = askedFor.Value;
        }

        return delay < LongestRetryDelay ? delay : LongestRetryDelay;
    }
}
