using System.Globalization;
using System.Text;
using Wharf.Cli.Output;

namespace Wharf.Cli.Stats;

/// <summary>One picture of all containers: a line of figures and a graph for each of processor, memory, network and disk.</summary>
internal static class TopFrame
{
    private const int NameWidth = 20;
    private const int FigureWidth = 11;
    private const int Graphs = 4;
    private const int LeastGraph = 6;
    private static readonly string Steps = " ▁▂▃▄▅▆▇█";

    /// <param name="histories">A line for each, in their order.</param>
    /// <param name="columns">Of the terminal.</param>
    /// <param name="rows">Of the terminal: what does not fit is counted in the last line.</param>
    /// <param name="colors">Whether graphs are coloured by how full they are.</param>
    internal static string Draw(IReadOnlyList<History> histories, int columns, int rows, bool colors)
    {
        int graph = Math.Max(LeastGraph, ((columns - NameWidth) / Graphs) - FigureWidth - 2);
        var text = new StringBuilder();
        text.Append("NAME".PadRight(NameWidth));
        foreach (string heading in new[] { "CPU %", "MEMORY", "NET I/O /s", "DISK I/O /s" })
        {
            text.Append(' ').Append(heading.PadRight(FigureWidth + graph + 1));
        }

        text.Append('\n');
        int fitting = Math.Max(1, rows - 3);
        foreach (History history in histories.Take(fitting))
        {
            Line(text, history, graph, colors);
        }

        Sample[] now = [.. histories.Where(history => history.Samples.Count > 0).Select(history => history.Samples[^1])];
        string left = histories.Count > fitting ? $", {histories.Count - fitting} more below" : "";
        return text.Append(CultureInfo.InvariantCulture, $"{histories.Count} containers{left}: {now.Sum(sample => sample.Cpu):0.0}% cpu, {Words.BinarySize(now.Sum(sample => sample.Memory))}, net {Words.Size(now.Sum(sample => sample.Received + sample.Sent))}/s, disk {Words.Size(now.Sum(sample => sample.Disk))}/s   (q ends)\n").ToString();
    }

    /// <summary>A column for each of the last values, its height by the share of the largest.</summary>
    internal static string Graph(IReadOnlyList<double> values, int width, double most)
    {
        var text = new StringBuilder();
        int first = Math.Max(0, values.Count - width);
        text.Append(' ', Math.Max(0, width - values.Count));
        for (int index = first; index < values.Count; index++)
        {
            double share = most > 0 ? Math.Clamp(values[index] / most, 0, 1) : 0;
            int step = share <= 0 ? 0 : Math.Max(1, (int)Math.Round(share * (Steps.Length - 1)));
            text.Append(Steps[step]);
        }

        return text.ToString();
    }

    private static void Line(StringBuilder text, History history, int graph, bool colors)
    {
        text.Append(Words.Shorten(history.Name, NameWidth - 1).PadRight(NameWidth));
        if (history.Samples.Count == 0)
        {
            text.Append('\n');
            return;
        }

        Sample now = history.Samples[^1];
        double Top(Func<Sample, double> value, double least) => Math.Max(least, history.Samples.TakeLast(graph).Max(value));
        double memory = history.Limit > 0 && now.Memory > history.Limit / 100 ? history.Limit : Top(sample => sample.Memory, 1);
        Cell(text, now.Cpu.ToString("0.0", CultureInfo.InvariantCulture) + "%", [.. history.Samples.Select(sample => sample.Cpu)], Top(sample => sample.Cpu, 100), graph, colors, now.Cpu / 100);
        Cell(text, Words.BinarySize(now.Memory), [.. history.Samples.Select(sample => sample.Memory)], memory, graph, colors, history.Limit > 0 ? now.Memory / history.Limit : 0);
        Cell(text, Words.Size(now.Received + now.Sent), [.. history.Samples.Select(sample => sample.Received + sample.Sent)], Top(sample => sample.Received + sample.Sent, 1), graph, colors, 0);
        Cell(text, Words.Size(now.Disk), [.. history.Samples.Select(sample => sample.Disk)], Top(sample => sample.Disk, 1), graph, colors, 0);
        text.Append('\n');
    }

    private static void Cell(StringBuilder text, string figure, double[] values, double most, int width, bool colors, double share)
    {
        string color = share > 0.9 ? "\x1b[31m" : share > 0.6 ? "\x1b[33m" : "\x1b[32m";
        text.Append(' ').Append(figure.PadLeft(FigureWidth - 1)).Append(' ').Append(colors ? color : "").Append(Graph(values, width, most)).Append(colors ? "\x1b[0m" : "").Append(' ');
    }
}
