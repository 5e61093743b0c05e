namespace Wharf.Daemon.Images;

/// <summary>Labels that containerd's garbage collector and other clients of the same store read.</summary>
internal static class ImageLabels
{
    public const string Config = "containerd.io/gc.ref.content.config";
    public const string LayerPrefix = "containerd.io/gc.ref.content.l.";
    public const string ManifestPrefix = "containerd.io/gc.ref.content.m.";
    public const string SnapshotPrefix = "containerd.io/gc.ref.snapshot.";
    public const string SourcePrefix = "containerd.io/distribution.source.";
    public const string Uncompressed = "containerd.io/uncompressed";
    public const string SnapshotRef = "containerd.io/snapshot.ref";
    public const string LeaseExpires = "containerd.io/gc.expire";

    /// <summary>dockerd's name for an image that lost its last name: this prefix and the digest.</summary>
    public const string DanglingPrefix = "moby-dangling@";
}
