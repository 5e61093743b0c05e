using System.Globalization;

namespace Wharf.Containerd.Snapshots;

/// <summary>Where a backend keeps a snapshot.</summary>
/// <param name="Number">Larger than that of every snapshot that was there before it.</param>
/// <param name="Name">What a backend that has names calls it; empty where the number is all there is.</param>
internal readonly record struct SnapshotPlace(ulong Number, string Name)
{
    /// <summary>The same for the same snapshot, whoever tells of it.</summary>
    public string Id => Name.Length > 0 ? Name : Number.ToString(CultureInfo.InvariantCulture);
}
