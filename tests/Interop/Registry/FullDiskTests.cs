using Wharf.Harness;

namespace Wharf.Interop.Registry;

public sealed class FullDiskTests
{
    [Fact]
    public void A_full_disk_is_told_and_leaves_no_image()
    {
        using var engine = new DaemonOnContainerd(size: "16m");
        using var registry = new ScriptedRegistry();
        engine.Docker("image", "inspect", "busybox:latest").Succeeds();
        new TestImage([TestImage.Layer("file", Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(24_000_000)))]).AddTo(registry, "big", "1");
        new TestImage([TestImage.Layer("file", "small")]).AddTo(registry, "small", "1");

        Command pull = engine.Docker("pull", $"{registry.Authority}/big:1");

        Assert.Equal(1, pull.ExitCode);
        Assert.Contains("no space left on device", pull.Error, StringComparison.Ordinal);
        Assert.True(engine.IsAlive);
        Assert.DoesNotContain($"image {registry.Authority}/big:1", engine.Stored());
        Assert.DoesNotContain(engine.Stored(), line => line.Contains("extract-", StringComparison.Ordinal) || line.StartsWith("ingest", StringComparison.Ordinal));
        engine.Docker("pull", $"{registry.Authority}/small:1").Succeeds();
    }
}
