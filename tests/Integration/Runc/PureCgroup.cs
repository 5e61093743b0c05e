using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>
/// Commands as on a host with cgroup v2 alone: in a mount namespace of their own in which the v2 tree is the only one. Controllers
/// that the host has given to v1 are missing there; devices and the freezer are not controllers and work.
/// </summary>
internal static class PureCgroup
{
    internal static Command Run(string script, string? input = null) => Command.Run(
        "unshare",
        ["--mount", "--propagation", "private", "/bin/sh", "-c", $"while umount -R /sys/fs/cgroup 2>/dev/null; do :; done; mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 99; {script}"],
        input);
}
