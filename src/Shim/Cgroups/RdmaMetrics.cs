using Wharf.Ttrpc;

namespace Wharf.Shim.Cgroups;

/// <summary>RdmaStat of both metrics: lines of "mlx4_0 hca_handle=2 hca_object=2000".</summary>
internal static class RdmaMetrics
{
    internal static void Write(ProtoWriter metrics, int field, string? folder)
    {
        if (!ControlFile.Exists(folder, "rdma.current"))
        {
            return;
        }

        var stat = new ProtoWriter();
        Entries(stat, 1, folder, "rdma.current");
        Entries(stat, 2, folder, "rdma.max");
        metrics.Message(field, stat);
    }

    private static void Entries(ProtoWriter stat, int field, string? folder, string file)
    {
        foreach (string[] parts in ControlFile.Lines(folder, file).Select(line => line.Split([' ', '='])).Where(parts => parts.Length == 5))
        {
            stat.Message(field, new ProtoWriter().Text(1, parts[0]).Number(2, Amount(parts[2])).Number(3, Amount(parts[4])));
        }
    }

    private static ulong Amount(string text) => text == "max" ? uint.MaxValue : ControlFile.Parse(text);
}
