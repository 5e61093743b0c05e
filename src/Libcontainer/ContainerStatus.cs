namespace Wharf.Libcontainer;

/// <summary>runtime-spec, "State"; paused is runc's addition.</summary>
public enum ContainerStatus
{
    Creating,
    Created,
    Running,
    Paused,
    Stopped,
}
