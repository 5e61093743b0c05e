using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>Containers whose root is somebody else on the host.</summary>
public sealed class UserNamespaceTests : IDisposable
{
    // No user of any machine: "default" and names are the unit tests'.
    private const string User = "wharftestremap";
    private static readonly string[] Files = ["/etc/subuid", "/etc/subgid"];
    private static readonly string[] Lines = [$"{User}:1879048192:65536", "containers:1879113728:131072"];
    private readonly Engine engine;

    public UserNamespaceTests()
    {
        foreach (string file in Files)
        {
            File.AppendAllLines(file, Lines);
        }

        engine = new Engine("--userns-remap", User);

        // The container's root has to pass what is above its files.
        File.SetUnixFileMode(engine.Root, (UnixFileMode)0x1c9);
    }

    public void Dispose()
    {
        engine.Dispose();
        foreach (string file in Files)
        {
            File.WriteAllLines(file, File.ReadAllLines(file).Except(Lines));
        }
    }

    [Fact]
    public void The_host_sees_others_and_the_container_is_root()
    {
        Assert.SkipUnless(engine.Ctr("plugins", "ls", "--detailed", "type==io.containerd.snapshotter.v1,id==overlayfs").Succeeds().Output.Contains("remap-ids", StringComparison.Ordinal), "needs a kernel and a filesystem with mapped mounts");

        engine.Docker("run", "-d", "--name", "mapped", "-v", "data:/etc", "busybox:latest", "sh", "-c", "echo own >/etc/own; echo out >/dev/stdout; exec sleep 1000").Succeeds();
        string process = engine.Docker("inspect", "--format", "{{.State.Pid}}", "mapped").Succeeds().Output.Trim();
        Assert.Contains("Uid:\t1879048192\t", File.ReadAllText($"/proc/{process}/status"), StringComparison.Ordinal);
        Assert.Equal("0:0\n0:0\n", engine.Docker("exec", "mapped", "stat", "-c", "%u:%g", "/bin/busybox", "/etc/shadow").Succeeds().Output);
        Assert.Equal("own\n", engine.Docker("exec", "mapped", "cat", "/etc/own").Succeeds().Output);
        Assert.True(SpinWait.SpinUntil(() => engine.Docker("logs", "mapped").Output == "out\n", TimeSpan.FromSeconds(10)), engine.Docker("logs", "mapped").Error);
        engine.Docker("run", "--rm", "--network", "container:mapped", "busybox:latest", "ping", "-c", "1", "-W", "5", "127.0.0.1").Succeeds();
        Assert.Contains("  userns\n", engine.Docker("info").Succeeds().Output, StringComparison.Ordinal);

        Assert.Equal("         0          0 4294967295\n", engine.Docker("run", "--rm", "--userns", "host", "busybox:latest", "cat", "/proc/self/uid_map").Succeeds().Output);
        Assert.Contains("its files have other owners on the host", engine.Docker("commit", "mapped").Error, StringComparison.Ordinal);
        Assert.Contains("privileged mode is incompatible with user namespaces", engine.Docker("run", "--rm", "--privileged", "busybox:latest", "true").Error, StringComparison.Ordinal);
        string[] own = [.. Enumerable.Range(0, 2).Select(number => engine.Wharf("run", "--name", $"auto{number}", "--userns", "auto", "busybox:latest", "cat", "/proc/self/uid_map").Output.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1) ?? "")];
        Assert.Equal(["1879113728", "1879179264"], own);
    }
}
