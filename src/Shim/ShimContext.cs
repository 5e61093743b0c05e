namespace Wharf.Shim;

/// <summary>What all containers of one shim share.</summary>
internal sealed record ShimContext(EventLoop Loop, EventPublisher Publisher, ShimLog Log, string Namespace, MountNamespace Mounts, RuntimeChildren Children);
