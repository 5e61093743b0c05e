namespace Wharf.Libcontainer.Launch;

/// <summary>
/// What runtime (R) and child (C) tell each other while a container is made:
/// <code>
///  R clone3 ───────────────────────────▶ C
///  R id maps                              C   0. its cgroups
///  R ── Go ────────────────────────────▶ C   1. namespaces, then mounts below the new root
///  R ◀───────────────────────── Source ── C   of a mount that C may not open itself
///  R ── Go, and the source ────────────▶ C
///  R ◀──────────────────────── Mounted ── C   2. (create only)
///  R hooks prestart, createRuntime
///  R ── Go ────────────────────────────▶ C   3. hooks createContainer, pivot_root, identity
///  R ◀────────────────────────── Limits ── C   only if it has any
///  R limits
///  R ── Go ────────────────────────────▶ C
///  R ◀─────────────────────── Listener ── C   a filter's, only if it has one
///  R ◀────────────────── Ready or Error ── C   4. then C waits on the fifo, or executes
/// </code>
/// A process that joins namespaces clones once more, and what follows is the grandchild's:
/// <code>
///  R ── Go ────────────────────────────▶ C   namespaces joined
///  R ◀─────────────────────── Unshared ── C   of user or time, if such are new and others are joined
///  R id maps, offsets of clocks
///  R ── Go ────────────────────────────▶ C
///  R ◀── Pid ──────────────────────────── C   then C is gone
///  R id maps
///  R ── Go ────────────────────────────▶ G   as above, from 1 on; an exec goes to its end
/// </code>
/// </summary>
internal enum SyncMessage : byte
{
    Go = (byte)'G',
    Mounted = (byte)'M',
    Pid = (byte)'P',
    Source = (byte)'S',
    Unshared = (byte)'U',
    Listener = (byte)'L',
    Ready = (byte)'R',
    Limits = (byte)'T',
    Error = (byte)'E',

    /// <summary>A line for the runtime's log, between any others; only if the runtime writes such lines.</summary>
    Debug = (byte)'D',
}
