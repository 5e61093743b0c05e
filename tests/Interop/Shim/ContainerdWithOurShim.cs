using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>Debian's containerd that finds our shim by its own name, and before Debian's by that one's.</summary>
public sealed class ContainerdWithOurShim : IDisposable
{
    private readonly TemporaryDirectory programs = new();

    public ContainerdWithOurShim()
    {
        foreach (string name in new[] { "containerd-shim-wharf-v2", "containerd-shim-runc-v2" })
        {
            File.CreateSymbolicLink(programs[name], Programs.Shim);
        }

        Containerd = new DebianContainerd($"{programs.Path}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    internal DebianContainerd Containerd { get; }

    public void Dispose()
    {
        Containerd.Dispose();
        programs.Dispose();
    }
}
