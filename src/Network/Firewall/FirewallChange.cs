namespace Wharf.Network.Firewall;

/// <summary>What somebody else has changed in the firewall.</summary>
[Flags]
internal enum FirewallChange
{
    None = 0,

    /// <summary>Our table.</summary>
    Table = 1,

    /// <summary>Chains of others.</summary>
    Others = 2,
}
