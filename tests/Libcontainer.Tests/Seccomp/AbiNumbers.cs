using Wharf.Libcontainer.Seccomp;

namespace Wharf.Libcontainer.Tests.Seccomp;

/// <summary>The calls of one ABI by name.</summary>
internal static class AbiNumbers
{
    internal static IReadOnlyDictionary<string, int> Of(SeccompArchitecture architecture) =>
        SyscallTable.Names().Select(name => (name, number: SyscallTable.Of(name)[architecture])).Where(call => call.number >= 0).ToDictionary(call => call.name, call => call.number);
}
