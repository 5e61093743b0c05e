namespace Wharf.Linux;

/// <summary>
/// A named place where tests of crashes end the program (docs/failpoints.md). Off unless WHARF_FAILPOINTS names a folder: then a
/// point is armed by a file of its name, in which may stand how many times it is passed before.
/// </summary>
public static class Failpoint
{
    private const int Kill = 9;
    private static readonly string? Folder = Environment.GetEnvironmentVariable("WHARF_FAILPOINTS") is { Length: > 0 } folder ? folder : null;
    private static readonly object Counting = new();

    /// <summary>Does not return when the point is armed and its turn has come: the process ends by SIGKILL, and the point is disarmed.</summary>
    public static void Pass(string name)
    {
        if (Folder is not null)
        {
            Look(Path.Combine(Folder, name));
        }
    }

    private static void Look(string file)
    {
        lock (Counting)
        {
            if (!File.Exists(file))
            {
                return;
            }

            if (int.TryParse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture, out int passes) && passes > 0)
            {
                File.WriteAllText(file, (passes - 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
                return;
            }

            File.Delete(file);
            Processes.Signal(CurrentProcess.Id, Kill);

            // Delivered before this call returns to the caller, whichever thread takes it.
            while (true)
            {
                Poll.Readable(1000);
            }
        }
    }
}
