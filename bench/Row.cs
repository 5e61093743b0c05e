using System.Globalization;

namespace Wharf.Bench;

/// <summary>One claim: ours beside one peer.</summary>
internal sealed record Row(string Section, string What, string Unit, Figures Ours, string Peer, Figures Theirs, string Budget)
{
    private const char Separator = '\t';

    internal double Ratio => Ours.Median / Theirs.Median;

    /// <summary>One line, for the process of this program that measures in a mount namespace of its own.</summary>
    internal string ToLine() => string.Join(Separator, Section, What, Unit, Ours.ToText(), Peer, Theirs.ToText(), Budget);

    internal static Row FromLine(string line)
    {
        string[] fields = line.Split(Separator);
        return new Row(fields[0], fields[1], fields[2], Figures.FromText(fields[3]), fields[4], Figures.FromText(fields[5]), fields[6]);
    }

    internal string[] Cells() =>
    [
        What,
        Cell(Ours),
        Peer,
        Cell(Theirs),
        Ratio.ToString("0.00", CultureInfo.InvariantCulture),
        Ours.Count == 1 ? "" : Ours.Count.ToString(CultureInfo.InvariantCulture),
        Budget,
    ];

    private string Cell(Figures figures) => figures.Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{figures.Median:0.00} {Unit}")
        : string.Create(CultureInfo.InvariantCulture, $"{figures.Median:0.0} / {figures.Ninth:0.0} {Unit}");
}
