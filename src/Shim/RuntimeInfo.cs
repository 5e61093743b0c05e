using Wharf.Ttrpc;

namespace Wharf.Shim;

/// <summary>containerd.types.RuntimeInfo: what -info prints.</summary>
internal static class RuntimeInfo
{
    internal static byte[] Message() => new ProtoWriter()
        .Text(1, "io.containerd.wharf.v2")
        .Message(2, new ProtoWriter().Text(1, "0.1.0"))
        .ToArray();
}
