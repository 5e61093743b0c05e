using Wharf.Linux;

namespace Wharf.Libcontainer.Rootless;

/// <summary>Where this process stands: in the machine's first user namespace, or in one that somebody has made.</summary>
internal static class UserNamespaceView
{
    /// <summary>The map of a namespace that maps every id to itself: that of the machine.</summary>
    private const string Everything = "0 0 4294967295";

    /// <summary>Whether ids of this process are another user's outside.</summary>
    public static bool IsForeign => Files.TryReadText("/proc/self/uid_map") is { } map && string.Join(' ', Words(map)) != Everything;

    /// <summary>The user that this process is outside its user namespace; itself where there is none.</summary>
    public static uint OuterUser
    {
        get
        {
            uint user = CurrentProcess.EffectiveUserId;
            foreach (string line in (Files.TryReadText("/proc/self/uid_map") ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                uint[] numbers = [.. Words(line).Select(uint.Parse)];
                if (user >= numbers[0] && user - numbers[0] < numbers[2])
                {
                    return numbers[1] + (user - numbers[0]);
                }
            }

            return user;
        }
    }

    private static string[] Words(string text) => text.Split([' ', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
