namespace Wharf.Cli.Containers;

/// <summary>A container's port on the host.</summary>
/// <param name="Port">"80/tcp".</param>
/// <param name="HostPort">Empty: one that is free; "8000-8010": one of these.</param>
internal sealed record PortBinding(string Port, string HostAddress, string HostPort);
