using System.Globalization;
using System.Text;

namespace Wharf.Containerd.Observation;

/// <summary>Figures in Prometheus's text format, version 0.0.4: each family once, with its help and type in front.</summary>
internal sealed class MetricsText
{
    private readonly Dictionary<string, (string Help, string Type, StringBuilder Lines)> families = [];

    public void Counter(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) => Add(name, help, "counter", value, labels);

    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels) => Add(name, help, "gauge", value, labels);

    public void Histogram(string name, string help, Durations durations, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        (IReadOnlyList<long> within, long count, double sum) = durations.Read();
        for (int index = 0; index < within.Count; index++)
        {
            Add(name, help, "histogram", within[index], [.. labels, ("le", Durations.Bounds[index].ToString("R", CultureInfo.InvariantCulture))], "_bucket");
        }

        Add(name, help, "histogram", count, [.. labels, ("le", "+Inf")], "_bucket");
        Add(name, help, "histogram", sum, labels, "_sum");
        Add(name, help, "histogram", count, labels, "_count");
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, (string help, string type, StringBuilder lines)) in families.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n").Append(lines);
        }

        return text.ToString();
    }

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private void Add(string name, string help, string type, double value, ReadOnlySpan<(string Name, string Value)> labels, string suffix = "")
    {
        if (!families.TryGetValue(name, out (string Help, string Type, StringBuilder Lines) family))
        {
            families[name] = family = (help, type, new StringBuilder());
        }

        family.Lines.Append(name).Append(suffix);
        for (int index = 0; index < labels.Length; index++)
        {
            family.Lines.Append(index == 0 ? '{' : ',').Append(labels[index].Name).Append("=\"").Append(Escape(labels[index].Value)).Append('"');
        }

        family.Lines.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
