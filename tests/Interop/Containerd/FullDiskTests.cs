using System.Security.Cryptography;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>A disk without room is told by step and cause, keeps nothing half-written, and the daemon goes on when there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string Full = "no space left on device";
    private readonly WharfContainerd containerd = WharfContainerd.OnDisk("20m");

    public void Dispose() => containerd.Dispose();

    [Fact]
    public void While_content_is_written()
    {
        long before = Used();
        string file = Path.Combine(containerd.Root, "large");
        File.WriteAllBytes(file, RandomNumberGenerator.GetBytes(32 << 20));
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

        Command write = Command.Run("/bin/sh", "-c", $"ctr --address {containerd.Socket} content ingest --expected-size {32 << 20} --expected-digest {digest} large-one <{file}");

        Assert.NotEqual(0, write.ExitCode);
        Assert.Contains($"write ingest \"large-one\": {Full}", write.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("large-one", containerd.Ctr("content", "active").Succeeds().Output, StringComparison.Ordinal);
        Assert.True(Used() < before + (2 << 20), $"{Used()} bytes are used, {before} before");
        Works();
    }

    [Fact]
    public void While_a_layer_is_unpacked()
    {
        long before = Used();
        string archive = Path.Combine(containerd.Root, "zeros.tar");
        File.WriteAllBytes(archive, new TestImage([TestImage.Layer("a", "small"), TestImage.Layer("zeros", new string('0', 40 << 20))]).Archive("example.com/zeros:1"));

        Command import = containerd.Ctr("image", "import", archive);

        Assert.NotEqual(0, import.ExitCode);
        Assert.Contains($"apply layer: entry \"zeros\": write \"zeros\": {Full}", import.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Active", containerd.Ctr("snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
        containerd.Ctr("image", "rm", "--sync", "example.com/zeros:1").Succeeds();
        Assert.True(Used() < before + (2 << 20), $"{Used()} bytes are used, {before} before");
        Works();
    }

    [Fact]
    public void While_a_layer_is_made()
    {
        containerd.Ctr("snapshots", "prepare", "made").Succeeds();
        string point = Directory.CreateDirectory(Path.Combine(containerd.Root, "point")).FullName;
        string mount = containerd.Ctr("snapshots", "mounts", point, "made").Succeeds().Output;
        Command.Run("/bin/sh", "-ec", $"{mount}\nhead -c 9M /dev/urandom >{point}/random; umount {point}").Succeeds();
        long before = Used();

        Command diff = containerd.Ctr("snapshots", "diff", "--ref", "made-ref", "made");

        Assert.NotEqual(0, diff.ExitCode);
        Assert.Contains($"write ingest \"made-ref\": {Full}", diff.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("made-ref", containerd.Ctr("content", "active").Succeeds().Output, StringComparison.Ordinal);
        Assert.True(Used() < before + (2 << 20), $"{Used()} bytes are used, {before} before");
        containerd.Ctr("snapshots", "rm", "made").Succeeds();
        Works();
    }

    [Fact]
    public void In_the_metadata_store()
    {
        string filler = Path.Combine(containerd.Store, "filler");
        Command.Run("/bin/sh", "-c", $"cat /dev/zero >{filler} 2>/dev/null; truncate -s -200K {filler}").Succeeds();
        var told = new List<string>();
        Command? refused = null;
        for (int number = 0; number < 400 && refused is null; number++)
        {
            Command made = containerd.Ctr("namespaces", "create", $"full-{number}", $"filler={new string('x', 3000)}");
            if (made.ExitCode == 0)
            {
                told.Add($"full-{number}");
            }
            else
            {
                refused = made;
            }
        }

        Assert.Contains($"write metadata \"{containerd.Store}/metadata.db\": {Full}", refused?.Error, StringComparison.Ordinal);
        Assert.Equal(told.Order(StringComparer.Ordinal), Namespaces());
        Command.Run("/bin/sh", "-c", $"cat /dev/zero >>{filler}");
        int snapshot = 0;
        while (containerd.Ctr("snapshots", "prepare", $"room-{snapshot}") is var prepare && prepare.ExitCode == 0 && snapshot < 100)
        {
            snapshot++;
        }

        Assert.Contains(Full, containerd.Ctr("snapshots", "prepare", $"room-{snapshot}").Error, StringComparison.Ordinal);
        Assert.DoesNotContain($"room-{snapshot} ", containerd.Ctr("snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
        Assert.Empty(new ContainerdStore(containerd).Faults(new Dictionary<string, string>()));

        // Removals have room of their own: what fills the disk can be removed.
        containerd.Ctr("namespaces", "rm", told[0]).Succeeds();
        told.RemoveAt(0);

        // What was acknowledged is there, also after a kill; what was not is not.
        containerd.Kill();
        File.Delete(filler);
        containerd.StartAgain();
        Assert.Equal(told.Order(StringComparer.Ordinal), Namespaces());
        told.ForEach(name => containerd.Ctr("namespaces", "rm", name).Succeeds());
        Works();
    }

    private long Used() => new DriveInfo(containerd.Store) is var drive ? drive.TotalSize - drive.AvailableFreeSpace : 0;

    private IEnumerable<string> Namespaces() =>
        containerd.Ctr("namespaces", "ls", "-q").Succeeds().Output.Split('\n').Where(name => name.StartsWith("full-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private void Works()
    {
        Assert.True(containerd.IsAlive);
        Assert.Equal("alive\n", containerd.Run($"full-{Guid.NewGuid():N}", ["--rm"], "echo", "alive").Succeeds().Output);
    }
}
