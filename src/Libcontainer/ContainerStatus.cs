namespace Wharf.Libcontainer;

/// <summary>What a container does: runtime.md, "State"; paused is runc's addition.</summary>
public enum ContainerStatus
{
    /// <summary>It is being made.</summary>
    Creating,

    /// <summary>It is made, and its program waits to be started.</summary>
    Created,

    /// <summary>Its program runs.</summary>
    Running,

    /// <summary>Its processes are frozen.</summary>
    Paused,

    /// <summary>Its program has ended; what is left of it can be deleted.</summary>
    Stopped,
}
