using System.Globalization;

namespace Wharf.Libcontainer;

/// <summary>What /proc tells of a process by its id.</summary>
internal static class ProcessTable
{
    /// <summary>The start time in clock ticks, or null when the process is gone or a zombie.</summary>
    internal static ulong? StartOf(int id)
    {
        string text;
        try
        {
            text = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null;
        }

        // The name may hold anything: fields are counted behind its closing parenthesis.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
