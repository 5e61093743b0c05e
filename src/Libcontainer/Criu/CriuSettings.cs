namespace Wharf.Libcontainer.Criu;

/// <summary>What checkpoint and restore are both told about criu: criu(8) has the meaning of each.</summary>
internal sealed record CriuSettings
{
    /// <summary>The program: a path, or a name that is looked up in PATH.</summary>
    public string Program { get; init; } = "criu";

    /// <summary>The folder of the image files.</summary>
    public required string ImagePath { get; init; }

    /// <summary>The folder of the log and of other files that are not needed later; null for the image's own.</summary>
    public string? WorkPath { get; init; }

    public bool TcpEstablished { get; init; }

    public bool ExternalUnixSockets { get; init; }

    public bool ShellJob { get; init; }

    public bool FileLocks { get; init; }

    public bool AutoDedup { get; init; }

    public bool LazyPages { get; init; }

    /// <summary>"soft", "full", "strict", "ignore", or empty for criu's default.</summary>
    public string ManageCgroupsMode { get; init; } = string.Empty;

    internal CriuCgroupMode CgroupMode => ManageCgroupsMode switch
    {
        "" => CriuCgroupMode.Default,
        "soft" => CriuCgroupMode.Soft,
        "full" => CriuCgroupMode.Full,
        "strict" => CriuCgroupMode.Strict,
        "ignore" => CriuCgroupMode.Ignore,
        _ => throw new ContainerException("invalid manage-cgroups-mode value"),
    };

    /// <summary>
    /// A container may name a configuration file of criu's own, which overrules what is asked for over RPC; an empty name is none.
    /// </summary>
    internal static string? ConfigurationFile(IReadOnlyDictionary<string, string>? annotations) =>
        annotations?.TryGetValue("org.criu.config", out string? file) == true ? (file.Length > 0 ? file : null) : "/etc/criu/runc.conf";
}
