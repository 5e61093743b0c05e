using Wharf.Linux;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>A filter, ready to install.</summary>
internal sealed record SeccompProgram(ulong[] Instructions, uint Flags)
{
    internal bool HasListener => (Flags & 8) != 0;

    /// <summary>The listener, if the filter has one.</summary>
    internal FileDescriptor? Install() => SeccompFilter.Install(Instructions, Flags);
}
