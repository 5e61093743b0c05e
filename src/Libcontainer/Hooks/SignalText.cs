using System.Globalization;

namespace Wharf.Libcontainer.Hooks;

/// <summary>Signals in the words that strsignal(3) and runc's messages have for them.</summary>
internal static class SignalText
{
    private static readonly string[] Words =
    [
        "", "hangup", "interrupt", "quit", "illegal instruction", "trace/breakpoint trap", "aborted", "bus error", "floating point exception",
        "killed", "user defined signal 1", "segmentation fault", "user defined signal 2", "broken pipe", "alarm clock", "terminated",
    ];

    internal static string Of(int signal)
    {
        const int badSystemCall = 31;
        return signal == badSystemCall ? "bad system call"
            : signal < Words.Length ? Words[signal]
            : signal.ToString(CultureInfo.InvariantCulture);
    }
}
