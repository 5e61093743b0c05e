using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Mounts;

/// <summary>
/// What may be mounted over /proc: nothing but procfs, and inside it only files that programs read about the machine. Labels and
/// sysctls are written there (CVE-2019-16884, CVE-2023-28642, CVE-2025-52881).
/// </summary>
internal static class ProcPlaces
{
    private const long ProcMagic = 0x9fa0;

    private static readonly string[] Files =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/net/dev", "/proc/slabinfo", "/proc/stat", "/proc/swaps",
        "/proc/uptime", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    internal static void Check(Mount mount, FileDescriptor source, FileDescriptor target)
    {
        string destination = Path.GetFullPath("/" + mount.Destination);
        if (destination == "/proc")
        {
            if (Linux.Files.FilesystemType(source, mount.Destination) != ProcMagic)
            {
                throw new ContainerException($"\"{mount.Destination}\" cannot be mounted because it is not of type proc");
            }

            return;
        }

        // By where it is in truth: a link of the image may lead there.
        if (Linux.Files.FilesystemType(target, mount.Destination) == ProcMagic && !Files.Contains(destination))
        {
            throw new ContainerException($"\"{mount.Destination}\" cannot be mounted because it is inside /proc");
        }
    }
}
