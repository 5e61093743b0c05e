using Wharf.Libcontainer.Launch;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config.md, "Process"; of a container's first process and of an exec's.</summary>
internal static class ProcessCheck
{
    // −1 for setresuid(2) and its kin is "leave it": whoever asks for this user would stay root.
    private const uint NoId = uint.MaxValue;
    private const uint MostUmask = 0x1ff;

    internal static void Check(Process process)
    {
        if (process.Cwd.Length == 0)
        {
            throw Fault.At("process.cwd", "Cwd property must not be empty");
        }

        if (!process.Cwd.StartsWith('/'))
        {
            throw Fault.At("process.cwd", "Cwd must be an absolute path");
        }

        if (process.Args is not { Count: > 0 })
        {
            throw Fault.At("process.args", "args must not be empty");
        }

        for (int index = 0; index < (process.Env?.Count ?? 0); index++)
        {
            if (process.Env![index].IndexOf('=', StringComparison.Ordinal) <= 0)
            {
                throw Fault.At($"process.env[{index}]", $"environment variable \"{process.Env[index]}\" is not NAME=value");
            }
        }

        User(process.User ?? new User());
        Limits(process.Rlimits ?? []);
        if (process.OomScoreAdj is < -1000 or > 1000)
        {
            throw Fault.At("process.oomScoreAdj", $"{process.OomScoreAdj} is not between -1000 and 1000");
        }

        if (process.ConsoleSize is { } size && (size.Height > ushort.MaxValue || size.Width > ushort.MaxValue))
        {
            throw Fault.At(size.Height > ushort.MaxValue ? "process.consoleSize.height" : "process.consoleSize.width", $"above {ushort.MaxValue}");
        }

        ProcessScheduling.Check(process);
    }

    private static void User(User user)
    {
        Id(user.Uid, "process.user.uid");
        Id(user.Gid, "process.user.gid");
        for (int index = 0; index < (user.AdditionalGids?.Count ?? 0); index++)
        {
            Id(user.AdditionalGids![index], $"process.user.additionalGids[{index}]");
        }

        if (user.Umask > MostUmask)
        {
            throw Fault.At("process.user.umask", $"{user.Umask} is above {MostUmask} (0777)");
        }
    }

    private static void Id(uint id, string place)
    {
        if (id == NoId)
        {
            throw Fault.At(place, $"{id} is no id");
        }
    }

    private static void Limits(IReadOnlyList<Rlimit> limits)
    {
        ulong seen = 0;
        for (int index = 0; index < limits.Count; index++)
        {
            Rlimit limit = limits[index];
            string place = $"process.rlimits[{index}]";
            int number = -1;
            Fault.Within(place + ".type", () => number = ResourceLimitNames.Number(limit.Type));
            if ((seen & (1UL << number)) != 0)
            {
                throw Fault.At(place + ".type", $"duplicated rlimit type \"{limit.Type}\"");
            }

            seen |= 1UL << number;
            if (limit.Soft > limit.Hard)
            {
                throw Fault.At(place + ".soft", $"{limit.Soft} is above the hard limit {limit.Hard}");
            }
        }
    }
}
