namespace Wharf.EngineApi.Engine;

/// <summary>A node that is part of no swarm.</summary>
public sealed record InfoSwarm
{
    public string NodeID { get; set; } = "";

    public string NodeAddr { get; set; } = "";

    public string LocalNodeState { get; set; } = "inactive";

    public bool ControlAvailable { get; set; }

    public string Error { get; set; } = "";

    public IReadOnlyList<string>? RemoteManagers { get; set; }
}
