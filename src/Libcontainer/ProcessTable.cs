using System.Globalization;
using Wharf.Linux;

namespace Wharf.Libcontainer;

/// <summary>What /proc tells of a process by its id.</summary>
internal static class ProcessTable
{
    /// <summary>The start time in clock ticks, or null when the process is gone or a zombie.</summary>
    internal static ulong? StartOf(int id)
    {
        // A process that is gone is the ordinary case of a delete, so it is no exception.
        if (Files.TryReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat")) is not { Length: > 0 } text)
        {
            return null;
        }

        // The name may hold anything: fields are counted behind its closing parenthesis.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : ulong.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
