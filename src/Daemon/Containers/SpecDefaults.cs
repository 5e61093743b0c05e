using Wharf.Daemon.Configuration;

namespace Wharf.Daemon.Containers;

/// <summary>What the daemon's configuration says where a container says nothing.</summary>
/// <param name="CgroupParent">Empty: docker's.</param>
/// <param name="InitPath">A program of the host that reaps processes; null: there is none.</param>
/// <param name="UsesInit">Whether containers have it unless they say otherwise.</param>
/// <param name="NoNewPrivileges">Whether programs never gain privileges.</param>
/// <param name="SeccompProfile">"builtin", "unconfined", or a profile in JSON.</param>
internal sealed record SpecDefaults(string CgroupParent, string? InitPath, bool UsesInit, bool NoNewPrivileges, string? SeccompProfile)
{
    public string LogDriver { get; init; } = Logs.LogOptions.Local;

    public IReadOnlyDictionary<string, string> LogOptions { get; init; } = new Dictionary<string, string>();

    public CommonDefaults Host { get; init; } = new();

    /// <summary>Whether the runtime asks systemd for the cgroups.</summary>
    public bool SystemdCgroup { get; init; }

    private static readonly string[] Programs = ["docker-init", "tini-static", "tini", "catatonit"];
    private static readonly string[] Folders = ["/usr/local/libexec/docker", "/usr/libexec/docker", "/usr/local/lib/docker", "/usr/lib/docker", "/usr/bin", "/usr/local/bin", "/usr/sbin", "/sbin"];

    /// <summary>The init program that the host has, as docker installs it.</summary>
    internal static string? FindInit(string? given) => given is { Length: > 0 }
        ? Path.IsPathRooted(given) ? given : Folders.Select(folder => Path.Combine(folder, given)).FirstOrDefault(File.Exists)
        : Programs.SelectMany(_ => Folders, (program, folder) => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
