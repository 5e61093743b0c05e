using Wharf.Network.Addresses;

namespace Wharf.Network.Sandboxes;

/// <summary>Where a container sends what is for no network of its own.</summary>
/// <param name="InsideName">The link.</param>
/// <param name="Gateway">Null: straight onto the link.</param>
public sealed record DefaultRoute(string InsideName, IpAddress? Gateway, bool IsV6);
