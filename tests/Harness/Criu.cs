namespace Wharf.Harness;

/// <summary>
/// A criu for this kernel: the machine's own when it passes its self-check, else a later Debian's, which scripts/criu makes from
/// packages without installing them.
/// </summary>
public static class Criu
{
    private static readonly Lazy<(string? Program, string Reason)> Found = new(Find);

    /// <summary>Null where there is none: <see cref="Reason"/> says why.</summary>
    public static string? Program => Found.Value.Program;

    public static string Reason => Found.Value.Reason;

    /// <summary>A PATH in which programs find it.</summary>
    public static string SearchPath => Path.GetDirectoryName(Program) is { Length: > 0 } folder ? $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" : Environment.GetEnvironmentVariable("PATH")!;

    private static (string? Program, string Reason) Find()
    {
        (string? program, string reason) = Checked("criu");
        if (program is not null)
        {
            return (program, reason);
        }

        string folder = Path.Combine(Programs.Checkout, "out", "criu");
        try
        {
            Command made = Command.Run(Path.Combine(Programs.Checkout, "scripts", "criu"), [folder], timeout: TimeSpan.FromMinutes(5));
            return made.ExitCode == 0 ? Checked(Path.Combine(folder, "criu")) : (null, $"scripts/criu: {made.Error.Trim()}");
        }
        catch (TimeoutException error)
        {
            return (null, error.Message);
        }
    }

    private static (string? Program, string Reason) Checked(string program)
    {
        Command check = Command.Run("/bin/sh", ["-c", "exec \"$0\" check", program]);
        return check.ExitCode == 0 ? (program, string.Empty) : (null, $"{program} check: {check.Error.Trim()}");
    }
}
