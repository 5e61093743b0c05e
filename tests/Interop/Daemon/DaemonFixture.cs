using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>wharfd above Debian's containerd, our shim below, docker's client above; shared by the tests of a class.</summary>
public sealed class DaemonFixture : IDisposable
{
    public DaemonOnContainerd Daemon { get; } = new(null, "--default-runtime", Programs.Shim, "--bridge", "none");

    public void Dispose() => Daemon.Dispose();
}
