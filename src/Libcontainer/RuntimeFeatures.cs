using Wharf.Libcontainer.Launch;
using Wharf.Libcontainer.Mounts;
using Wharf.Libcontainer.Seccomp;

namespace Wharf.Libcontainer;

/// <summary>What this library does, from the tables that it works with: features.md.</summary>
internal static class RuntimeFeatures
{
    public static IReadOnlyList<string> Hooks { get; } = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    public static IReadOnlyList<string> MountOptions => [.. Mounts.MountOptions.Names.Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Namespaces => [.. NamespacePlan.Names.Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> SeccompActions => FilterCompiler.Actions;

    public static IReadOnlyList<string> SeccompOperators => ArgumentTest.Operators;

    public static IReadOnlyList<string> SeccompArchitectures => FilterCompiler.Architectures;

    public static IReadOnlyList<string> SeccompFlags => FilterCompiler.Flags;

    public static IReadOnlyList<string> MemoryPolicyModes => [.. MemoryPolicyNumbers.Modes.Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> MemoryPolicyFlags => [.. MemoryPolicyNumbers.Flags.Order(StringComparer.Ordinal)];
}
