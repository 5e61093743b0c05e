namespace Wharf.Cli.Terminals;

/// <summary>Signals by number, for the API.</summary>
internal static class SignalNames
{
    internal const int Hangup = 1;
    internal const int Interrupt = 2;
    internal const int Quit = 3;
    internal const int Terminate = 15;
    internal const int WindowChange = 28;

    /// <summary>What is passed on to the container: all that a user or a supervisor sends, not what the kernel tells this process about itself.</summary>
    internal static readonly int[] Passed = [Hangup, Interrupt, Quit, 10, 12, 14, Terminate, 18, 20];

    /// <summary>By the names that people use.</summary>
    internal static readonly string[] Known = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGTERM", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGWINCH"];

    internal static string Of(int signal) => signal switch
    {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        10 => "USR1",
        12 => "USR2",
        14 => "ALRM",
        15 => "TERM",
        18 => "CONT",
        20 => "TSTP",
        _ => signal.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
