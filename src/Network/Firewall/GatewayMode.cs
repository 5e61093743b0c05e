namespace Wharf.Network.Firewall;

/// <summary>How a network and the world beyond the host reach each other: docker's gateway modes, of one family.</summary>
public enum GatewayMode
{
    /// <summary>What leaves has the host's address; what comes is for published ports only.</summary>
    Nat,

    /// <summary>The same, but whoever has a route reaches unpublished ports too.</summary>
    NatUnprotected,

    /// <summary>Addresses stay as they are both ways; published ports are those that are let through.</summary>
    Routed,

    /// <summary>The host has no address on the network.</summary>
    Isolated,
}
