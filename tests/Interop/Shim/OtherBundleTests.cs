using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Shim;

/// <summary>A shim that is exchanged for the other while its containers run: each clears away what the other left when it died.</summary>
public sealed class OtherBundleTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const string Debians = "/usr/bin/containerd-shim-runc-v2";
    private readonly string id = $"other-{Guid.NewGuid():N}";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_other_shim_deletes_what_a_dead_one_left(bool debiansFirst)
    {
        Assert.SkipUnless(File.Exists(Debians), "needs containerd-shim-runc-v2");
        (string first, string second) = debiansFirst ? (Debians, Programs.Shim) : (Programs.Shim, Debians);
        containerd.Ctr("run", "-d", "--runtime", first, WharfContainerd.Image, id, "sleep", "1000").Succeeds();
        string bundle = Path.Combine(containerd.State, "io.containerd.runtime.v2.task", "default", id);
        int container = int.Parse(File.ReadAllText(Path.Combine(bundle, "init.pid")), CultureInfo.InvariantCulture);
        int shim = HostProcesses.Naming(id).Single(one => HostProcesses.CommandLine(one).StartsWith(first, StringComparison.Ordinal));
        containerd.Kill();
        Command.Run("kill", "-KILL", shim.ToString(CultureInfo.InvariantCulture)).Succeeds();

        Command deleted = Command.Run("/bin/sh", "-c", $"cd '{bundle}' && exec '{second}' -namespace default -address '{containerd.Socket}' -publish-binary true -id '{id}' -bundle '{bundle}' delete");

        Assert.Equal(0, deleted.ExitCode);
        Assert.False(HostProcesses.Lives(container));
        Assert.False(Directory.Exists($"/run/containerd/runc/default/{id}"));
        Assert.DoesNotContain(HostCgroups.Below("/default"), folder => folder.EndsWith(id, StringComparison.Ordinal));
        containerd.StartAgain();
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Empty(containerd.Left(id));
    }
}
