using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>Modes and flags of set_mempolicy(2): include/uapi/linux/mempolicy.h.</summary>
internal static class MemoryPolicyNumbers
{
    private static readonly (string Name, int Flag)[] FlagBits = [("MPOL_F_STATIC_NODES", 1 << 15), ("MPOL_F_RELATIVE_NODES", 1 << 14), ("MPOL_F_NUMA_BALANCING", 1 << 13)];

    internal static IReadOnlyList<string> Modes { get; } =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    internal static IEnumerable<string> Flags => FlagBits.Select(flag => flag.Name);

    internal static (int Mode, ulong[] Nodes) Of(MemoryPolicy policy)
    {
        int mode = Modes.IndexOf(policy.Mode);
        if (mode < 0)
        {
            throw new ContainerException($"invalid memory policy mode: \"{policy.Mode}\"");
        }

        ulong[] nodes = policy.Nodes is { Length: > 0 } list ? NumberList.Mask(list, "invalid memory policy nodes") : [];
        bool takesNone = policy.Mode is "MPOL_DEFAULT" or "MPOL_LOCAL";
        if (takesNone && nodes.Length > 0)
        {
            throw new ContainerException($"memory policy mode requires 0 nodes but got {nodes.Sum(System.Numerics.BitOperations.PopCount)}: {policy.Mode}");
        }

        if (!takesNone && policy.Mode != "MPOL_PREFERRED" && nodes.Length == 0)
        {
            throw new ContainerException($"memory policy mode requires at least one node but got 0: {policy.Mode}");
        }

        foreach (string name in policy.Flags ?? [])
        {
            (string Name, int Flag) known = FlagBits.FirstOrDefault(flag => flag.Name == name);
            mode |= known.Name is null ? throw new ContainerException($"invalid memory policy flag: \"{name}\"") : known.Flag;
        }

        return (mode, nodes);
    }

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        for (int index = 0; index < names.Count; index++)
        {
            if (names[index] == name)
            {
                return index;
            }
        }

        return -1;
    }
}
