namespace Wharf.Containerd.Metadata;

/// <summary>Tables of the store; the numbers are on disk.</summary>
internal enum RecordKind
{
    Namespace = 1,
    Content = 2,
    Image = 3,
    Container = 4,
    Snapshot = 5,
    Lease = 6,
    LeaseResource = 7,
    Setting = 8,
    Sandbox = 9,
    NativeSnapshot = 10,
    ProxySnapshot = 11,
    Mount = 12,
    ErofsSnapshot = 13,
}
