namespace Wharf.Libcontainer.Criu;

/// <summary>criu_req_type of criu's images/rpc.proto; an answer carries the kind of its request.</summary>
internal enum CriuRequestKind
{
    Empty = 0,
    Dump = 1,
    Restore = 2,
    PreDump = 4,
    Notify = 6,
    FeatureCheck = 9,
    Version = 10,
}
