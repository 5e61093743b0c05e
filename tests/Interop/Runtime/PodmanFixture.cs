using Wharf.Harness;

namespace Wharf.Interop.Runtime;

/// <summary>One podman for the tests of a class; none where the machine has none.</summary>
public sealed class PodmanFixture : IDisposable
{
    private readonly Podman? podman = File.Exists(Podman.Program) ? new Podman() : null;

    public Podman Podman
    {
        get
        {
            Assert.SkipUnless(podman is not null, $"no {Podman.Program} on this machine");
            return podman!;
        }
    }

    public void Dispose() => podman?.Dispose();
}
