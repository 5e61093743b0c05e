using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Volumes;

/// <summary>Volumes and binds, by the docker client.</summary>
public sealed class VolumeTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"v{Guid.NewGuid():N}";

    public void Dispose()
    {
        engine.Docker("rm", "-f", "-v", name);
        engine.Docker("volume", "rm", "-f", name);
    }

    [Fact]
    public void A_named_volume_outlives_its_container_and_is_kept_while_one_has_it()
    {
        engine.Docker("run", "--name", name, "-v", name + ":/data", "busybox:latest", "sh", "-c", "echo kept >/data/file").Succeeds();

        Assert.Contains($"remove {name}: volume is in use - [", engine.Docker("volume", "rm", name).Error, StringComparison.Ordinal);
        engine.Docker("rm", "-v", name).Succeeds();
        Assert.Equal("kept\n", engine.Docker("run", "--rm", "-v", name + ":/data:ro", "busybox:latest", "cat", "/data/file").Succeeds().Output);
        Assert.Contains("Read-only file system", engine.Docker("run", "--rm", "-v", name + ":/data:ro", "busybox:latest", "touch", "/data/other").Error, StringComparison.Ordinal);
        engine.Docker("volume", "rm", name).Succeeds();
        Assert.Contains($"get {name}: no such volume", engine.Docker("volume", "inspect", name).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_volume_gets_what_the_image_has_with_owners_and_modes()
    {
        Command copied = engine.Docker("run", "--rm", "-v", name + ":/etc", "busybox:latest", "ls", "-ln", "/etc").Succeeds();
        Command original = engine.Docker("run", "--rm", "busybox:latest", "ls", "-ln", "/etc").Succeeds();

        // The runtime has made three for the one, and not for the other.
        string[] made = ["hostname", "hosts", "resolv.conf", "total"];
        Assert.Equal(Lines(original).Where(line => !made.Any(line.Contains)), Lines(copied).Where(line => !made.Any(line.Contains)));
        Assert.Contains(Lines(copied), line => line.EndsWith(" shadow", StringComparison.Ordinal));
        Assert.Equal("", engine.Docker("run", "--rm", "--mount", "type=volume,target=/etc/,volume-nocopy", "busybox:latest", "cat", "/etc/passwd").Output);
    }

    [Fact]
    public void A_volume_without_a_name_goes_with_its_container_when_that_is_asked_for()
    {
        engine.Docker("create", "--name", name, "-v", "/data", "busybox:latest").Succeeds();
        string volume = Inspect(".Mounts").EnumerateArray().Single().GetProperty("Name").GetString()!;

        engine.Docker("rm", name).Succeeds();
        engine.Docker("volume", "inspect", volume).Succeeds();
        Assert.Contains(volume, engine.Docker("volume", "prune", "-f").Succeeds().Output, StringComparison.Ordinal);

        engine.Docker("create", "--name", name, "-v", "/data", "busybox:latest").Succeeds();
        volume = Inspect(".Mounts").EnumerateArray().Single().GetProperty("Name").GetString()!;
        engine.Docker("rm", "-v", name).Succeeds();
        Assert.NotEqual(0, engine.Docker("volume", "inspect", volume).ExitCode);
    }

    [Fact]
    public void A_part_of_a_volume_is_found_below_it_however_links_point()
    {
        engine.Docker("run", "--rm", "-v", name + ":/data", "busybox:latest", "sh", "-c", "mkdir /data/part; echo inside >/data/part/file; ln -s /etc /data/away").Succeeds();

        Assert.Equal("inside\n", engine.Docker("run", "--rm", "--mount", $"type=volume,source={name},target=/mnt,volume-subpath=part", "busybox:latest", "cat", "/mnt/file").Succeeds().Output);
        Assert.Contains("cannot access path away of volume", engine.Docker("run", "--rm", "--mount", $"type=volume,source={name},target=/mnt,volume-subpath=away", "busybox:latest", "ls", "/mnt").Error, StringComparison.Ordinal);
        Assert.Empty(HostMounts.Below(Path.Combine(engine.Root, "run-wharf", "mounts")));
    }

    [Fact]
    public void A_volume_with_options_is_mounted_while_it_is_used()
    {
        engine.Docker("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m", name).Succeeds();
        engine.Docker("run", "-d", "--name", name, "-v", name + ":/data", "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Contains("1024 ", engine.Docker("exec", name, "df", "-k", "/data").Succeeds().Output, StringComparison.Ordinal);
        Assert.Single(HostMounts.Below(Path.Combine(engine.Root, "lib-wharf", "volumes")));
        engine.Docker("rm", "-f", name).Succeeds();
        Assert.Empty(HostMounts.Below(Path.Combine(engine.Root, "lib-wharf", "volumes")));
    }

    [Fact]
    public void Mounts_of_every_type_are_there_and_told()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["file"], "of the host\n");
        engine.Docker(
            "run", "-d", "--name", name, "-v", folder.Path + ":/bind:ro", "--mount", "type=tmpfs,target=/memory,tmpfs-size=1m,tmpfs-mode=700", "--tmpfs", "/more:size=2m",
            "--mount", $"type=volume,source={name},target=/volume", "--mount", "type=image,source=busybox:latest,target=/image", "busybox:latest", "sleep", "1000").Succeeds();

        Assert.Equal("of the host\n", engine.Docker("exec", name, "cat", "/bind/file").Succeeds().Output);
        Assert.NotEqual(0, engine.Docker("exec", name, "touch", "/bind/other").ExitCode);
        Assert.NotEqual(0, engine.Docker("exec", name, "touch", "/image/other").ExitCode);
        Assert.StartsWith("drwx------", engine.Docker("exec", name, "ls", "-ld", "/memory").Succeeds().Output, StringComparison.Ordinal);
        engine.Docker("exec", name, "test", "-x", "/image/bin/sh").Succeeds();
        Assert.Equal("bind /bind false,image /image false,tmpfs /memory true,volume /volume true", string.Join(',', Inspect(".Mounts").EnumerateArray()
            .Select(mount => $"{mount.GetProperty("Type")} {mount.GetProperty("Destination")} {mount.GetProperty("RW").ToString().ToLowerInvariant()}").Order(StringComparer.Ordinal)));
        Assert.Equal("of the host\n", engine.Docker("run", "--rm", "--volumes-from", name + ":ro", "busybox:latest", "cat", "/bind/file").Succeeds().Output);
    }

    [Theory]
    [InlineData("a:b:c:d", "invalid volume specification")]
    [InlineData("/tmp:/:ro", "destination can't be '/'")]
    [InlineData("/tmp:/x:what", "invalid mode: what")]
    [InlineData("bad/name:/x", "includes invalid characters for a local volume name")]
    public void What_cannot_be_mounted_is_refused(string bind, string message) =>
        Assert.Contains(message, engine.Docker("create", "-v", bind, "busybox:latest").Error, StringComparison.Ordinal);

    [Fact]
    public void A_bind_that_is_not_there_is_refused_where_docker_refuses_it()
    {
        Assert.Contains("bind source path does not exist: /no/such", engine.Docker("create", "--mount", "type=bind,source=/no/such,target=/x", "busybox:latest").Error, StringComparison.Ordinal);
        Assert.Contains("Duplicate mount point: /x", engine.Docker("create", "-v", name + ":/x", "-v", name + ":/x/", "busybox:latest").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Disk_usage_adds_up()
    {
        engine.Docker("run", "--name", name, "-v", name + ":/data", "busybox:latest", "sh", "-c", "dd if=/dev/zero of=/data/file bs=1M count=3; dd if=/dev/zero of=/own bs=1M count=2; seq 100000").Succeeds();
        JsonElement usage = JsonDocument.Parse(Command.Run("curl", ["-s", "--unix-socket", engine.Socket, "http://wharf/system/df"]).Succeeds().Output).RootElement;

        JsonElement volume = usage.GetProperty("Volumes").EnumerateArray().Single(one => one.GetProperty("Name").GetString() == name);
        JsonElement container = usage.GetProperty("Containers").EnumerateArray().Single(one => one.GetProperty("Names")[0].GetString() == "/" + name);
        string content = Path.Combine(engine.Root, "lib-wharf", "volumes", name, "_data");
        Assert.Equal(long.Parse(Command.Run("du", ["-s", "--block-size=1", content]).Succeeds().Output.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture), volume.GetProperty("UsageData").GetProperty("Size").GetInt64());
        long log = new FileInfo(Directory.GetFiles(Path.Combine(engine.Root, "lib-wharf", "containers", container.GetProperty("Id").GetString()!), "*.log").Single()).Length;
        Assert.InRange(container.GetProperty("SizeRw").GetInt64(), (2 << 20) + log, (2 << 20) + log + (1 << 20));
        Assert.Equal(1, volume.GetProperty("UsageData").GetProperty("RefCount").GetInt32());
    }

    private JsonElement Inspect(string part) => JsonDocument.Parse(engine.Docker("inspect", "--format", $"{{{{json {part}}}}}", name).Succeeds().Output).RootElement;

    private static string[] Lines(Command command) => command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
