namespace Wharf.Libcontainer.Launch;

/// <summary>Numbers of RLIMIT_ names: include/uapi/asm-generic/resource.h.</summary>
internal static class ResourceLimitNames
{
    private static readonly string[] Names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    internal static int Number(string name) =>
        Array.IndexOf(Names, name) is >= 0 and int number ? number : throw new ContainerException($"invalid rlimit type \"{name}\"");
}
