using Wharf.Libcontainer.Cgroups;
using Wharf.Libcontainer.Seccomp;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Launch;

/// <summary>All that the child needs, made by the runtime before the clone.</summary>
internal sealed record ChildSettings
{
    internal required RuntimeSpec Spec { get; init; }

    internal required Process Process { get; init; }

    internal required NamespacePlan Namespaces { get; init; }

    internal required ProcessIdentity Identity { get; init; }

    internal required SyncChannel Channel { get; init; }

    internal required OwnProgram Own { get; init; }

    internal required ProcessScheduling Scheduling { get; init; }

    /// <summary>Told the id of the container's process before it is let go on, so that it is known if the runtime is killed.</summary>
    internal Action<int>? Born { get; init; }

    /// <summary>Lines for a new time namespace.</summary>
    internal string? TimeOffsets { get; init; }

    internal SeccompProgram? Seccomp { get; init; }

    internal FileDescriptor? ConsoleSocket { get; init; }

    /// <summary>The fifo that start opens; null when the process is executed at once.</summary>
    internal FileDescriptor? StartFifo { get; init; }

    internal Cgroup? Cgroup { get; init; }

    internal string Bundle { get; init; } = "";

    internal string Rootfs { get; init; } = "";

    internal string Id { get; init; } = "";

    internal bool NoPivot { get; init; }

    internal bool NewKeyring { get; init; } = true;

    internal int PreserveDescriptors { get; init; }

    /// <summary>Whether the runtime's log takes lines about the child's steps.</summary>
    internal bool Traced { get; init; }

    /// <summary>The state for hooks that the child runs.</summary>
    internal Func<string, State> StateForHooks { get; init; } = _ => new State();
}
