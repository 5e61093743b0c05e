using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>A name in containerd's image store and what it points at.</summary>
internal sealed record ImageRecord(string Name, Descriptor Target, DateTimeOffset Created, IReadOnlyDictionary<string, string> Labels)
{
    public bool IsDangling => Name.StartsWith(ImageLabels.DanglingPrefix, StringComparison.Ordinal);
}
