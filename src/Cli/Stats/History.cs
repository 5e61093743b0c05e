using System.Text.Json;
using Wharf.Cli.Output;

namespace Wharf.Cli.Stats;

/// <summary>The last samples of one container.</summary>
internal sealed class History(string name)
{
    private const int Most = 512;
    private readonly List<Sample> samples = [];
    private JsonElement? last;

    internal string Name => name;

    internal IReadOnlyList<Sample> Samples => samples;

    /// <summary>Bytes of memory that it may use; 0: not known.</summary>
    internal double Limit { get; private set; }

    /// <summary>Nothing happens when the engine has said nothing new.</summary>
    internal void Take(JsonElement stats)
    {
        if (last is { } before && before.Text("read") == stats.Text("read"))
        {
            return;
        }

        samples.Add(Sample.Of(stats, last));
        last = stats;
        Limit = stats.Find("memory_stats").Number("limit");
        if (samples.Count > Most)
        {
            samples.RemoveAt(0);
        }
    }
}
