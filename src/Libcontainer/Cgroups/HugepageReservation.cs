using Wharf.Linux;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>The limit on huge pages that are reserved and not yet used; without it a container dies by SIGBUS at the first touch instead of failing in mmap.</summary>
internal static class HugepageReservation
{
    internal static void Limit(string folder, string file, string value)
    {
        if (ControlFile.TryWrite(folder, file, value) is { } errno and not Errno.ENOENT)
        {
            // Kernels before 5.7 have no such file.
            throw ControlFile.Refused(folder, file, value, errno);
        }
    }
}
