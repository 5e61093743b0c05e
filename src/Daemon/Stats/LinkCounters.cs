using System.Globalization;

namespace Wharf.Daemon.Stats;

/// <summary>What went over one network link.</summary>
internal sealed record LinkCounters(ulong RxBytes, ulong RxPackets, ulong RxErrors, ulong RxDropped, ulong TxBytes, ulong TxPackets, ulong TxErrors, ulong TxDropped)
{
    private const int Headings = 2;

    /// <summary>The links of a process's network, loopback left out; empty when it has ended.</summary>
    internal static IReadOnlyDictionary<string, LinkCounters> Of(int pid)
    {
        try
        {
            return Parse(File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/dev")));
        }
        catch (IOException)
        {
            return new Dictionary<string, LinkCounters>();
        }
    }

    /// <summary>net/dev of proc(5): two lines of headings, then a name, eight columns received and eight sent.</summary>
    internal static IReadOnlyDictionary<string, LinkCounters> Parse(IEnumerable<string> lines)
    {
        var links = new SortedDictionary<string, LinkCounters>(StringComparer.Ordinal);
        foreach (string line in lines.Skip(Headings))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = line[..colon].Trim();
            ulong[] columns = [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(column => ulong.Parse(column, CultureInfo.InvariantCulture))];
            if (name != "lo")
            {
                links[name] = new LinkCounters(columns[0], columns[1], columns[2], columns[3], columns[8], columns[9], columns[10], columns[11]);
            }
        }

        return links;
    }
}
