using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>Debian's containerd finds our shim by its own name, and in the place of its own.</summary>
public sealed class InstalledShimTests(ContainerdWithOurShim fixture) : IClassFixture<ContainerdWithOurShim>, IDisposable
{
    private readonly DebianContainerd containerd = fixture.Containerd;
    private readonly string id = $"installed-{Guid.NewGuid():N}";

    public void Dispose()
    {
        containerd.Ctr("task", "rm", "--force", id);
        containerd.Ctr("container", "rm", id);
    }

    [Theory]
    [InlineData("io.containerd.wharf.v2")]
    [InlineData("io.containerd.runc.v2")]
    public void A_container_runs_and_takes_execs(string runtime)
    {
        containerd.Run(id, null, ["--runtime", runtime, "-d"], "sleep", "1000").Succeeds();

        // Go's shim has no process of this program.
        Assert.All(containerd.Shims(), shim => Assert.Equal(Programs.Shim, File.ResolveLinkTarget(string.Create(CultureInfo.InvariantCulture, $"/proc/{shim}/exe"), false)!.FullName));
        Assert.NotEmpty(containerd.Shims());
        Assert.Equal((4, "inside\n"), Result(containerd.Ctr("task", "exec", "--exec-id", "one", id, "sh", "-c", "echo inside; exit 4")));
        Command terminal = Command.Run("script", ["-qec", $"ctr --address {containerd.Socket} task exec -t --exec-id two {id} sh -c 'test -t 0 && echo terminal; exit 6'", "/dev/null"]);
        Assert.Equal(6, terminal.ExitCode);
        Assert.Contains("terminal", terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_of_one_group_have_one_shim_that_goes_with_the_last()
    {
        string second = id + "-b";
        int before = containerd.Shims().Count;
        string[] flags = ["--annotation", $"io.containerd.runc.v2.group={id}", "-d"];
        try
        {
            containerd.Run(id, null, flags, "sleep", "1000").Succeeds();
            containerd.Run(second, null, flags, "sleep", "1000").Succeeds();
            Assert.Equal(before + 1, containerd.Shims().Count);

            containerd.Ctr("task", "rm", "--force", id);

            Assert.Equal("inside\n", containerd.Ctr("task", "exec", "--exec-id", "one", second, "echo", "inside").Succeeds().Output);
        }
        finally
        {
            containerd.Ctr("task", "rm", "--force", second);
            containerd.Ctr("container", "rm", second);
        }

        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (containerd.Shims().Count != before)
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), "the shim is still there");
            Thread.Sleep(50);
        }
    }

    [Fact]
    public void A_log_uri_takes_the_output()
    {
        string file = Path.Combine(Path.GetTempPath(), id);
        try
        {
            containerd.Run(id, null, ["--runtime", "io.containerd.runc.v2", "-d", "--log-uri", "file://" + file], "sh", "-c", "echo out; echo wrong >&2; exec sleep 1000").Succeeds();

            var limit = System.Diagnostics.Stopwatch.StartNew();
            while (!File.Exists(file) || File.ReadAllText(file) != "out\nwrong\n")
            {
                Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), "the output is not in the file");
                Thread.Sleep(50);
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static (int, string) Result(Command command) => (command.ExitCode, command.Output);
}
