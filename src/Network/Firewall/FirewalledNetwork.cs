using Wharf.Network.Addresses;

namespace Wharf.Network.Firewall;

/// <summary>What the firewall knows of a network.</summary>
/// <param name="Bridge">The bridge's name.</param>
/// <param name="Families">At most one of each family.</param>
/// <param name="Internal">Whether nothing leaves it.</param>
/// <param name="Talking">Whether its containers reach each other.</param>
public sealed record FirewalledNetwork(string Bridge, IReadOnlyList<FirewalledFamily> Families, bool Internal, bool Talking);
