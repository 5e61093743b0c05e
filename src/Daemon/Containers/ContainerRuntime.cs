using Google.Protobuf.WellKnownTypes;

namespace Wharf.Daemon.Containers;

/// <summary>Who runs a container.</summary>
/// <param name="Shim">containerd's name of the shim, or its path.</param>
/// <param name="Options">What the shim is told; null: nothing.</param>
/// <param name="Path">For who asks: the program or shim that was configured.</param>
internal sealed record ContainerRuntime(string Shim, Any? Options, string Path);
