using Wharf.Network.Addresses;

namespace Wharf.Network.Firewall;

/// <summary>One family of a network.</summary>
/// <param name="Masquerade">Whether what leaves gets the host's address.</param>
/// <param name="Source">The host's address that it gets; null: that of the link it leaves by.</param>
public sealed record FirewalledFamily(IpSubnet Subnet, GatewayMode Mode, bool Masquerade, IpAddress? Source);
