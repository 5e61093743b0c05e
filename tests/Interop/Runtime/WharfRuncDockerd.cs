using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>One dockerd that knows our runtime as "wharf", for the tests of a class; none where the machine has none.</summary>
public sealed class WharfRuncDockerd : IDisposable
{
    private readonly Dockerd? dockerd = File.Exists(Dockerd.Program) ? new Dockerd($"--add-runtime=wharf={Programs.Runc}") : null;

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
