using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Activations;

/// <summary>For whom mounts are: their lease, and their labels <c>containerd.io/gc.bref.*</c>.</summary>
internal static class ActivationReferences
{
    public const string Container = "containerd.io/gc.bref.container";
    private const string Image = "containerd.io/gc.bref.image";
    private const string Content = "containerd.io/gc.bref.content";

    /// <summary>True when one of them is still there, or when nobody was named.</summary>
    public static bool Keep(RecordQueries records, string scope, ActivationRecord record)
    {
        (RecordKind Kind, string Key)[] wanted =
        [
            .. record.Lease.Length > 0 ? new[] { (RecordKind.Lease, record.Lease) } : [],
            .. record.Info.Labels.Select(label => (Kind: Of(label.Key), label.Value)).Where(one => one.Kind is not null).Select(one => (one.Kind!.Value, one.Value)),
        ];
        return !record.IsReady || wanted.Length == 0 || wanted.Any(one => records.Find(scope, one.Kind, one.Key) is not null);
    }

    private static RecordKind? Of(string label) => Names(label, Container) ? RecordKind.Container : Names(label, Image) ? RecordKind.Image : Names(label, Content) ? RecordKind.Content : null;

    private static bool Names(string label, string reference) =>
        label.StartsWith(reference, StringComparison.Ordinal) && (label.Length == reference.Length || label[reference.Length] is '.' or '/');
}
