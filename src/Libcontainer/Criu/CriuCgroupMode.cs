namespace Wharf.Libcontainer.Criu;

/// <summary>criu_cg_mode of criu's images/rpc.proto: what criu does about cgroups.</summary>
internal enum CriuCgroupMode
{
    Ignore = 0,
    Soft = 3,
    Full = 4,
    Strict = 5,
    Default = 6,
}
