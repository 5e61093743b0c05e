using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Integration.Runc;

/// <summary>checkpoint and restore with a real criu, where one works.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public CheckpointTests()
    {
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "count"));
        Mount("""{"destination":"/count","type":"tmpfs","source":"tmpfs"}""");

        // What it has counted is in its memory alone; the file only tells.
        bundle.Arguments("sh", "-c", "i=0; while :; do i=$((i+1)); echo $i >/count/next; mv /count/next /count/now; sleep 0.05; done");
    }

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    private string Image => Path.Combine(Folder, "image");

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void A_container_goes_on_where_it_was_and_can_be_checkpointed_again()
    {
        Start("run");
        int count = AwaitCount(5);
        for (int round = 0; round < 2; round++)
        {
            Runc("checkpoint", "--image-path", Image, "--work-path", Path.Combine(Folder, "work"), id).Succeeds();

            Assert.Contains("container does not exist", Runc("state", id).Error, StringComparison.Ordinal);
            Assert.Empty(HostCgroups.Below("/" + id));
            Assert.True(File.Exists(Path.Combine(Image, "inventory.img")));

            Start($"restore --image-path {Image} --work-path {Folder}/work --pid-file {Folder}/pid");

            Assert.Equal("running", Status());
            Assert.Equal(File.ReadAllText(Path.Combine(Folder, "pid")), State().GetProperty("pid").GetRawText());
            Assert.Equal("true\n", Runc("exec", id, "sh", "-c", "test -r /count/now && echo true").Succeeds().Output);
            count = AwaitCount(count + 1);
            Assert.Empty(HostMounts.Below(bundle.StateRoot));
            Assert.Equal(["state.json"], Directory.EnumerateFileSystemEntries(Path.Combine(bundle.StateRoot, id)).Select(Path.GetFileName));
        }

        Runc("delete", "--force", id).Succeeds();
        Assert.Empty(HostCgroups.Below("/" + id));
    }

    [Fact]
    public void A_container_that_is_left_running_runs()
    {
        Start("run");
        int count = AwaitCount(1);

        Runc("checkpoint", "--image-path", Image, "--leave-running", id).Succeeds();

        Assert.Equal("running", Status());
        Assert.True(File.Exists(Path.Combine(Image, "dump.log")));
        AwaitCount(count + 1);
    }

    [Fact]
    public void Pipes_are_the_new_callers_and_the_exit_code_is_the_programs()
    {
        bundle.Arguments("sh", "-c", "read word; echo heard $word; exit 7");
        using (Process first = Command.Start(Programs.Runc, ["--root", bundle.StateRoot, "run", "--detach", "--bundle", Folder, id]))
        {
            Assert.True(first.WaitForExit(Patience));
            Assert.Equal(0, first.ExitCode);
            Runc("checkpoint", "--image-path", Image, id).Succeeds();
        }

        using Process second = Command.Start(Programs.Runc, ["--criu", Criu.Program!, "--root", bundle.StateRoot, "restore", "--image-path", Image, "--bundle", Folder, id]);
        second.StandardInput.WriteLine("ping");
        second.StandardInput.Close();
        string output = second.StandardOutput.ReadToEnd();
        string error = second.StandardError.ReadToEnd();

        Assert.True(second.WaitForExit(Patience));
        Assert.Equal((7, "heard ping\n", string.Empty), (second.ExitCode, output, error));
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
    }

    [Fact]
    public void A_file_and_a_fifo_that_the_container_cannot_see_are_the_new_callers()
    {
        bundle.Arguments("sh", "-c", "read word; echo heard $word; sleep 1000");
        string fifo = Path.Combine(Folder, "fifo");
        Files.MakeFifo(fifo, 0x180);
        using FileDescriptor held = Files.Open(fifo, OpenFlags.ReadWrite);
        string run = $"{Programs.Runc} --criu {Criu.Program} --root {bundle.StateRoot} --log {bundle.Log} --log-format json";
        Command.Run("/bin/sh", "-c", $"exec {run} run --detach --bundle {Folder} {id} <{fifo} >{Folder}/first 2>&1").Succeeds();
        Runc("checkpoint", "--image-path", Image, id).Succeeds();
        string other = Path.Combine(Folder, "other");
        Files.MakeFifo(other, 0x180);
        using FileDescriptor otherHeld = Files.Open(other, OpenFlags.ReadWrite);

        Command.Run("/bin/sh", "-c", $"exec {run} restore --detach --image-path {Image} --bundle {Folder} {id} <{other} >>{Folder}/second 2>&1").Succeeds();
        Files.Write(otherHeld, "ping\n"u8, "fifo");

        Await(() => File.ReadAllText(Path.Combine(Folder, "second")).Contains("heard ping", StringComparison.Ordinal));
        Assert.Empty(File.ReadAllText(Path.Combine(Folder, "first")));
    }

    [Fact]
    public void A_terminal_comes_over_the_console_socket_again()
    {
        bundle.Change(spec => spec["process"]!["terminal"] = true);
        bundle.Arguments("sh", "-c", "read word; echo heard $word >/count/now; sleep 1000");
        Directory.CreateDirectory(Image);
        using FileDescriptor listener = UnixSockets.Listen(Path.Combine(Folder, "tty.sock"));
        Start($"run --console-socket {Folder}/tty.sock");
        using (ExecTests.Receive(listener).Attached)
        {
            Runc("checkpoint", "--image-path", Image, id).Succeeds();
        }

        Start($"restore --image-path {Image} --console-socket {Folder}/tty.sock");

        using FileDescriptor master = ExecTests.Receive(listener).Attached!;
        Files.Write(master, "ping\n"u8, "terminal");
        Await(() => Now() == "heard ping");
    }

    [Fact]
    public void Binds_come_from_the_config_with_missing_mount_points_made_and_hooks_run()
    {
        using var outside = new TemporaryDirectory();
        Directory.CreateDirectory(outside["inner"]);
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "real"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "link"), "/real");
        File.CreateSymbolicLink(Path.Combine(Folder, "outside"), outside.Path);
        Mount($$"""{"destination":"/link/data","type":"bind","source":"{{Folder}}/outside","options":["bind","ro"]}""");
        Mount($$"""{"destination":"/link/data/inner","type":"bind","source":"{{Folder}}","options":["bind"]}""");
        bundle.Change(spec => spec["hooks"] = JsonNode.Parse($$"""{"prestart":[{"path":"/bin/sh","args":["sh","-c","echo $(cat) >>{{Folder}}/hooks"]}]}"""));
        Start("run");
        AwaitCount(1);
        Runc("checkpoint", "--image-path", Image, id).Succeeds();
        Directory.Delete(Path.Combine(bundle.Rootfs, "real", "data"), recursive: true);
        File.WriteAllText(outside["new"], "text");

        Start($"restore --image-path {Image}");

        Assert.Equal("text", Runc("exec", id, "cat", "/link/data/new").Succeeds().Output.TrimEnd('\n'));
        Assert.Contains("Read-only file system", Runc("exec", id, "touch", "/real/data/made").Error, StringComparison.Ordinal);
        Runc("exec", id, "touch", "/real/data/inner/made").Succeeds();
        JsonElement state = JsonDocument.Parse(File.ReadAllLines(Path.Combine(Folder, "hooks"))[1]).RootElement;
        Assert.Equal(("creating", State().GetProperty("pid").GetInt32()), (state.GetProperty("status").GetString(), state.GetProperty("pid").GetInt32()));
    }

    [Fact]
    public void CVE_2026_119101_2026_115520_an_image_gets_no_more_of_the_host_than_the_config_gives()
    {
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["secret"], "text");
        Mount($$"""{"destination":"/data","type":"bind","source":"{{outside.Path}}","options":["bind"]}""");
        Start("run");
        AwaitCount(1);
        Runc("checkpoint", "--image-path", Image, id).Succeeds();

        // The image has a writable /data. A config with a read-only one, and then one without any.
        bundle.Change(spec => spec["mounts"]!.AsArray().Last()!["options"]!.AsArray().Add("ro"));
        AssertRefused("checkpoint image: \"/data\" is not read-only, as the config has \"/data\"");
        bundle.Change(spec => spec["mounts"]!.AsArray().RemoveAt(spec["mounts"]!.AsArray().Count - 1));
        AssertRefused("checkpoint image: \"/data\" is an external mount \"/data\", which the config does not have");

        // A mount over the root makes criu believe every source that an image names.
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "root"), "/");
        Mount($$"""{"destination":"/root","type":"bind","source":"{{outside.Path}}","options":["bind"]}""");
        AssertRefused("a mount over the root of the container cannot be checkpointed or restored");
    }

    [Fact]
    public void A_criu_that_fails_is_quoted_and_nothing_is_left()
    {
        Start("run");
        AwaitCount(1);
        Runc("checkpoint", "--image-path", Image, id).Succeeds();
        foreach (string pages in Directory.GetFiles(Image, "core-*.img"))
        {
            File.WriteAllBytes(pages, [1, 2, 3]);
        }

        Command restore = Runc("restore", "--detach", "--image-path", Image, "--bundle", Folder, id);

        Assert.Equal(1, restore.ExitCode);
        string log = Path.Combine(Image, "restore.log");
        Assert.Contains("criu failed: type RESTORE errno ", restore.Error, StringComparison.Ordinal);
        Assert.Contains("Restoring FAILED.", restore.Error, StringComparison.Ordinal);
        Assert.Contains($"(log file: \"{log}\")", restore.Error, StringComparison.Ordinal);
        Assert.Contains(File.ReadLines(bundle.Log), line => line.Contains($"--- Quoting \\\"{log}\\\"", StringComparison.Ordinal));
        AssertNothingLeft();
    }

    [Fact]
    public void Memory_goes_to_a_page_server_and_comes_back_from_there()
    {
        Start("run");
        int count = AwaitCount(5);
        string pages = Path.Combine(Folder, "pages");
        Directory.CreateDirectory(pages);
        string port = FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture);
        using (Process server = Command.Start(Criu.Program!, ["page-server", "--address", "127.0.0.1", "--port", port, "-D", pages, "-o", "server.log", "-v4"]))
        {
            // Its log says when it listens; a connection to try would be the one that it serves.
            string log = Path.Combine(pages, "server.log");
            Await(() => File.Exists(log) && File.ReadAllText(log).Contains("status-ready", StringComparison.Ordinal) || server.HasExited);
            Runc("checkpoint", "--image-path", Image, "--page-server", "127.0.0.1:" + port, id).Succeeds();
            Assert.True(server.WaitForExit(Patience));
            Assert.Equal(0, server.ExitCode);
        }

        Assert.Empty(Directory.GetFiles(Image, "pages-*.img"));
        foreach (string file in Directory.GetFiles(pages, "page*.img"))
        {
            File.Copy(file, Path.Combine(Image, Path.GetFileName(file)), overwrite: true);
        }

        Start($"restore --image-path {Image}");

        AwaitCount(count + 1);
    }

    [Fact]
    public void A_pre_dump_leaves_the_container_running_where_the_kernel_tracks_memory()
    {
        Start("run");
        int count = AwaitCount(1);
        string parent = Path.Combine(Folder, "parent");

        Command dump = Runc("checkpoint", "--pre-dump", "--image-path", parent, id);

        AwaitCount(count + 1);
        if (dump.ExitCode != 0)
        {
            // A kernel without soft-dirty bits, as the log of criu's own check says.
            Assert.Contains("criu is missing features: [MemTrack]", dump.Error, StringComparison.Ordinal);
            Assert.NotEqual(0, Command.Run(Criu.Program!, "check", "--feature", "mem_dirty_track").ExitCode);
            return;
        }

        Runc("checkpoint", "--parent-path", "../parent", "--image-path", Image, id).Succeeds();
        Assert.True(File.Exists(Path.Combine(Image, "parent", "inventory.img")));
        Start($"restore --image-path {Image}");
        AwaitCount(count + 2);
    }

    [Fact]
    public void A_restore_whose_pid_cannot_be_written_leaves_no_process()
    {
        Start("run");
        AwaitCount(1);
        Runc("checkpoint", "--image-path", Image, id).Succeeds();

        Command restore = Runc("restore", "--detach", "--image-path", Image, "--bundle", Folder, "--pid-file", Path.Combine(Folder, "none", "pid"), id);

        Assert.Equal(1, restore.ExitCode);
        AssertNothingLeft();
    }

    private void AssertRefused(string words)
    {
        Command restore = Runc("restore", "--detach", "--image-path", Image, "--bundle", Folder, id);

        Assert.Equal(1, restore.ExitCode);
        Assert.Contains(words, restore.Error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    private void AssertNothingLeft()
    {
        Assert.False(Directory.Exists(Path.Combine(bundle.StateRoot, id)));
        Assert.Empty(HostCgroups.Below("/" + id));
        Assert.Empty(HostMounts.Below(bundle.StateRoot));
    }

    private void Mount(string mount) => bundle.Change(spec => spec["mounts"]!.AsArray().Add(JsonNode.Parse(mount)));

    private Command Runc(params string[] arguments) => bundle.Runc(["--criu", Criu.Program!, .. arguments]);

    /// <summary>Detached; the container keeps its streams, which here are no pipes that the test would wait for.</summary>
    private void Start(string command) =>
        Command.Run("/bin/sh", "-c", $"{Programs.Runc} --criu {Criu.Program} --root {bundle.StateRoot} --log {bundle.Log} --log-format json {command} --detach --bundle {Folder} {id} </dev/null >/dev/null 2>/dev/null || {{ tail -n 1 {bundle.Log} >&2; exit 1; }}")
            .Succeeds();

    private JsonElement State() => JsonDocument.Parse(Runc("state", id).Succeeds().Output).RootElement;

    private string Status() => State().GetProperty("status").GetString()!;

    private string Now() => Runc("exec", id, "cat", "/count/now").Output.Trim();

    private int AwaitCount(int least)
    {
        int count = 0;
        Await(() => int.TryParse(Now(), System.Globalization.CultureInfo.InvariantCulture, out count) && count >= least);
        return count;
    }

    private static void Await(Func<bool> condition)
    {
        var limit = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(limit.Elapsed < Patience, "what was waited for does not happen");
            Thread.Sleep(50);
        }
    }
}
