namespace Wharf.Containerd.Snapshots;

/// <summary>The snapshotters of this daemon by their names.</summary>
internal sealed class SnapshotterTable(IReadOnlyList<Snapshotter> all)
{
    public static IReadOnlyList<string> Names { get; } = [Snapshotter.OverlayName, Snapshotter.NativeName];

    public IReadOnlyList<Snapshotter> All => all;

    public Snapshotter Get(string name) => all.FirstOrDefault(one => one.Name == name)
        ?? throw ContainerdException.Invalid(name.Length == 0 ? "snapshotter argument missing" : $"snapshotter not loaded: {name}");

    public void RemoveUnrecorded()
    {
        foreach (Snapshotter snapshotter in all)
        {
            snapshotter.RemoveUnrecorded();
        }
    }
}
