using Wharf.Linux;

namespace Wharf.Libcontainer.Launch;

/// <summary>
/// Standard streams that are the host's null device become the container's: a file of another mount namespace cannot be written into a
/// checkpoint, and has no path in the container.
/// </summary>
internal static class NullStreams
{
    internal static void Reopen()
    {
        if (Files.Find("/dev/null") is not { } own || !IsNull(own))
        {
            return;
        }

        for (int number = 0; number < 3; number++)
        {
            using var stream = new FileDescriptor(number, ownsHandle: false);
            if (Files.IsOpen(number) && IsNull(Files.Status(stream, "standard stream")))
            {
                using FileDescriptor nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
                Files.Duplicate(nothing, number);
            }
        }
    }

    private static bool IsNull(FileStatus status) => status is { Kind: FileKind.CharacterDevice, DeviceMajor: 1, DeviceMinor: 3 };
}
