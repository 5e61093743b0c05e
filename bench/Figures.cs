using System.Globalization;

namespace Wharf.Bench;

/// <summary>What is told of many measurements: the median, the value that nine of ten stay below, and how many there were.</summary>
internal sealed record Figures(double Median, double Ninth, int Count)
{
    internal static Figures Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Figures(sorted[sorted.Length / 2], sorted[Math.Min(sorted.Length - 1, sorted.Length * 9 / 10)], sorted.Length);
    }

    internal static Figures One(double value) => new(value, value, 1);

    internal string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Median:R};{Ninth:R};{Count}");

    internal static Figures FromText(string text)
    {
        string[] parts = text.Split(';');
        return new Figures(double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture), int.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
