using System.Globalization;
using Wharf.Libcontainer;

namespace Wharf.Runc.Commands;

/// <summary>Signals by number or name, with or without SIG: signal(7) of x86 and arm.</summary>
internal static class SignalNames
{
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    internal static int Number(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 0 and < 65)
        {
            return number;
        }

        string name = text.ToUpperInvariant();
        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        int found = Array.IndexOf(Names, name);
        return found > 0 ? found
            : name == "IOT" ? 6
            : name == "POLL" ? 29
            : RealTime(name) ?? throw new ContainerException($"unknown signal \"{text}\"");
    }

    private static int? RealTime(string name)
    {
        const int first = 34;
        const int last = 64;
        return name == "RTMIN" ? first
            : name == "RTMAX" ? last
            : name.StartsWith("RTMIN+", StringComparison.Ordinal) && int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out int up) && up <= last - first ? first + up
            : name.StartsWith("RTMAX-", StringComparison.Ordinal) && int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out int down) && down <= last - first ? last - down
            : null;
    }
}
