using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>wharf-containerd that finds our shim under the name of runc's, and Debian's dockerd above it, whose runc is ours.</summary>
public sealed class DockerdOnOurs : IDisposable
{
    private readonly TemporaryDirectory programs = new();

    public DockerdOnOurs()
    {
        Assert.SkipUnless(File.Exists(Dockerd.Program), "no dockerd on this machine");
        File.CreateSymbolicLink(programs["containerd-shim-runc-v2"], Programs.Shim);
        Containerd = WharfContainerd.Finding($"{programs.Path}:{Environment.GetEnvironmentVariable("PATH")}");
        Dockerd = new Dockerd("--containerd", Containerd.Socket, "--live-restore", "--add-runtime", "wharf=" + Programs.Runc, "--default-runtime", "wharf");
    }

    internal WharfContainerd Containerd { get; }

    internal Dockerd Dockerd { get; }

    /// <summary>The command line of the shim of a container.</summary>
    internal string ShimOf(string id) => string.Concat(HostProcesses.Naming(id).Select(HostProcesses.CommandLine).Where(line => line.Contains("-namespace", StringComparison.Ordinal)));

    public void Dispose()
    {
        Dockerd.Dispose();
        Containerd.Dispose();
        programs.Dispose();
    }
}
