using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>One dockerd for the tests of a class; none where the machine has none.</summary>
public sealed class DockerdFixture : IDisposable
{
    private readonly Dockerd? dockerd = File.Exists(Dockerd.Program) ? new Dockerd() : null;

    public Dockerd Dockerd
    {
        get
        {
            Assert.SkipUnless(dockerd is not null, $"no {Dockerd.Program} on this machine");
            return dockerd!;
        }
    }

    public void Dispose() => dockerd?.Dispose();
}
