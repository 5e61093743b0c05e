using Wharf.Linux;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>A filter, ready to install.</summary>
internal sealed record SeccompProgram(ulong[] Instructions, uint Flags)
{
    internal void Install() => SeccompFilter.Install(Instructions, Flags)?.Dispose();
}
