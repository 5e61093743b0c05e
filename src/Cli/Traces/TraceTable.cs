using System.Globalization;
using System.Text;
using Wharf.Cli.Output;

namespace Wharf.Cli.Traces;

/// <summary>Spans as a table with a bar for each, and the sum of each hop.</summary>
internal static class TraceTable
{
    private const int LeastBar = 20;
    private const int MostBar = 60;
    private const int Figures = 58;

    /// <param name="spans">In the order of their begin.</param>
    /// <param name="columns">Of the terminal; 0: none.</param>
    /// <param name="colors">Whether each hop has a colour of its own.</param>
    internal static string Draw(IReadOnlyList<Span> spans, int columns, bool colors)
    {
        TimeSpan end = spans.Count > 0 ? spans.Max(span => span.End) : TimeSpan.Zero;
        int width = columns == 0 ? MostBar : Math.Clamp(columns - Figures, LeastBar, MostBar);
        var rows = new List<string> { "HOP\tWHAT\tAT\tTOOK\t" };
        rows.AddRange(spans.Select(span => $"{span.Hop}\t{Words.Shorten(span.What, 34)}\t{Milliseconds(span.Begin)}\t{Milliseconds(span.Took)}\t{Bar(span, end, width, colors)}"));
        var text = new StringBuilder(Table.Format(rows, 2));
        text.Append('\n');
        foreach (IGrouping<string, Span> hop in spans.GroupBy(span => span.Hop))
        {
            text.Append(CultureInfo.InvariantCulture, $"{hop.Key} {Milliseconds(hop.Aggregate(TimeSpan.Zero, (sum, span) => sum + span.Took))}  ");
        }

        return text.Append(CultureInfo.InvariantCulture, $"all {Milliseconds(end)}\n").ToString();
    }

    private static string Bar(Span span, TimeSpan end, int width, bool colors)
    {
        if (end <= TimeSpan.Zero)
        {
            return "";
        }

        int from = Math.Clamp((int)(span.Begin / end * width), 0, width - 1);
        int length = Math.Clamp((int)Math.Round(span.Took / end * width), 1, width - from);
        string bar = new('█', length);
        return new string(' ', from) + (colors ? $"\x1b[{Color(span.Hop)}m{bar}\x1b[0m" : bar);
    }

    private static int Color(string hop) => hop switch
    {
        "client" => 37,
        "api" => 34,
        "store" => 33,
        "network" => 36,
        "shim" => 35,
        "runtime" => 32,
        _ => 31,
    };

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture) + "ms";
}
