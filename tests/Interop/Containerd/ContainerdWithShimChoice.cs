using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Two wharf-containerds: one finds the shim of Debian's containerd as io.containerd.runc.v2, the other ours.</summary>
public sealed class ContainerdWithShimChoice : IDisposable
{
    private readonly TemporaryDirectory programs = new();

    public ContainerdWithShimChoice()
    {
        File.CreateSymbolicLink(programs["containerd-shim-runc-v2"], Programs.Shim);
        WithTheirs = new WharfContainerd();
        WithOurs = WharfContainerd.Finding($"{programs.Path}:{Environment.GetEnvironmentVariable("PATH")}");
    }

    internal WharfContainerd WithTheirs { get; }

    internal WharfContainerd WithOurs { get; }

    public void Dispose()
    {
        WithTheirs.Dispose();
        WithOurs.Dispose();
        programs.Dispose();
    }
}
