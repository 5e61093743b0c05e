using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Published faults of other runtimes, by their numbers.</summary>
public sealed class SecurityTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void CVE_2022_29162_inheritable_capabilities_are_empty()
    {
        bundle.Arguments("grep", "CapInh", "/proc/self/status");

        Assert.Equal("CapInh:\t0000000000000000\n", bundle.Runc("run", id).Succeeds().Output);
    }

    [Fact]
    public void CVE_2024_21626_no_descriptor_leaks_and_a_working_directory_outside_is_refused()
    {
        bundle.Arguments("ls", "/proc/self/fd");

        // 3 is the listing itself.
        Assert.Equal("0\n1\n2\n3\n", bundle.Runc("run", id).Succeeds().Output);

        for (int number = 3; number < 20; number++)
        {
            string cwd = $"/proc/self/fd/{number}";
            bundle.Change(spec => spec["process"]!["cwd"] = cwd);
            bundle.Arguments("cat", "../../../../../etc/hostname");
            Assert.NotEqual(0, bundle.Runc("run", id).ExitCode);
        }
    }

    [Fact]
    public void CVE_2026_41579_a_rootfs_whose_dev_is_a_link_does_not_reach_the_host()
    {
        using var outside = new TemporaryDirectory();
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev"), outside.Path);
        bundle.Arguments("true");

        bundle.Runc("run", id);

        Assert.Empty(Directory.GetFileSystemEntries(outside.Path));
    }

    [Fact]
    public void CVE_2019_19921_proc_that_is_a_link_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "proc"), "elsewhere");
        bundle.Arguments("true");

        Command run = bundle.Runc("run", id);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void CVE_2026_30892_a_user_given_by_number_stays_that_user()
    {
        bundle.Change(spec => spec["process"]!["user"] = new System.Text.Json.Nodes.JsonObject { ["uid"] = 1, ["gid"] = 0 });
        bundle.Arguments("sh", "-c", "echo $(id -u):$(id -g)");

        Assert.Equal("1:0\n", bundle.Runc("run", id).Succeeds().Output);
    }
}
