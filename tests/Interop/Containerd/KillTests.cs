using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>SIGKILL in the middle of whatever it does: the next start finds a store that is whole.</summary>
public sealed class KillTests : IDisposable
{
    // WHARF_KILLS asks for more.
    private const int Kills = 30;
    private readonly WharfContainerd containerd = new();
    private readonly DockerRegistry registry = new();

    public void Dispose()
    {
        registry.Dispose();
        containerd.Dispose();
    }

    [Fact]
    public void Kills_at_random_moments_of_pull_unpack_diff_commit_and_delete()
    {
        int kills = int.TryParse(Environment.GetEnvironmentVariable("WHARF_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : Kills;
        string name = Publish();
        containerd.Ctr("image", "pull", "--plain-http", name).Succeeds();
        var store = new ContainerdStore(containerd);
        IReadOnlyDictionary<string, string> trees = store.Trees();
        string top = store.Names.Select(one => one.Name).Last(snapshot => snapshot.StartsWith("sha256:", StringComparison.Ordinal));
        Assert.Empty(store.Faults(trees));
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        string work = $"""
            exec >/dev/null 2>&1
            ctr() [ command ctr --address {containerd.Socket} "$@"; ]
            for turn in $(seq 100); do
                ctr image pull --plain-http {name}
                ctr snapshots prepare "$1-$turn" {top}; ctr snapshots diff {top}
                ctr snapshots commit "$1-$turn-c" "$1-$turn"; ctr snapshots rm "$1-$turn-c"
                ctr image rm --sync {name}
            done
            """.Replace('[', '{').Replace(']', '}');
        for (int kill = 0; kill < kills; kill++)
        {
            using Process worker = Command.Start("/bin/sh", ["-c", work, "sh", $"turn-{kill}"]);
            Thread.Sleep(random.Next(700));
            containerd.Kill();
            worker.Kill(entireProcessTree: true);
            worker.WaitForExit();

            containerd.StartAgain();

            Assert.True(store.Faults(trees) is { Count: 0 }, $"kill {kill} of seed {seed}:\n{string.Join('\n', store.Faults(trees))}");
        }

        containerd.Ctr("image", "pull", "--plain-http", name).Succeeds();
        Assert.Empty(store.Faults(trees));
        Assert.Equal("hello\n", containerd.Ctr("run", "--rm", "--runtime", Programs.Shim, name, "after", "echo", "hello").Succeeds().Output);

        // Nothing keeps what the killed callers left but their leases and the labels that ctr gives; what is young and active stays a while.
        foreach (string lease in containerd.Ctr("leases", "ls", "-q").Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            containerd.Ctr("leases", "delete", lease).Succeeds();
        }

        foreach ((string snapshot, _) in store.Names.Where(one => !one.Committed || one.Name.StartsWith("turn-", StringComparison.Ordinal)))
        {
            // Collected meanwhile, or removed now: what is left is looked at below.
            containerd.Ctr("snapshots", "rm", "--", snapshot);
        }

        containerd.Ctr("image", "rm", "--sync", name, WharfContainerd.Image).Succeeds();
        Assert.Empty(store.Content);
        Assert.Empty(store.Names);
        Assert.Empty(store.Faults(trees));
        Assert.True(containerd.IsAlive);
    }

    /// <summary>busybox with layers on top that have work in them: files, links, whiteouts.</summary>
    private string Publish()
    {
        string archive = Path.Combine(containerd.Root, "layers.tar");
        var image = new TestImage(
        [
            .. Enumerable.Range(0, 6).Select(layer => TestImage.Layer(
            [
                .. Busybox(layer),
                .. Enumerable.Range(0, 60).Select(file => (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, $"d{layer}/f{file}") { DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(20_000)) }),
                new PaxTarEntry(TarEntryType.HardLink, $"d{layer}/again") { LinkName = $"d{layer}/f0" },
                .. layer == 0 ? [] : new[] { (TarEntry)new PaxTarEntry(TarEntryType.RegularFile, $"d{layer - 1}/.wh.f1") },
            ])),
        ]);
        File.WriteAllBytes(archive, image.Archive("layers:1"));
        registry.Add($"oci-archive:{archive}", "layers:1");
        return $"{registry.Authority}/layers:1";
    }

    private static IEnumerable<TarEntry> Busybox(int layer) => layer > 0 ? [] :
    [
        new PaxTarEntry(TarEntryType.RegularFile, "bin/echo") { DataStream = new MemoryStream(File.ReadAllBytes("/bin/busybox")), Mode = (UnixFileMode)0x1ed },
    ];
}
