using System.Globalization;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;
using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>Where a container's streams go, and that nothing of them is lost.</summary>
public sealed class StdioTests
{
    private const int Megabytes8 = 8 * 1024 * 1024;

    [Fact]
    public async Task Every_byte_of_eight_mebibytes_arrives_before_the_exit_is_told()
    {
        await using var shim = new ShimPod("dd", "if=/dev/zero", "bs=65536", "count=128");
        string output = Fifo(shim, "out");
        Task<long> reading = CountAsync(output);
        await shim.StartAsync();

        await shim.CreateAsync(change: request => request.Stdout = output);
        await shim.CallAsync("Start");
        Assert.Equal(0, await shim.WaitAsync());

        Assert.Equal(Megabytes8, await reading.WaitAsync(TimeSpan.FromMinutes(1)));
        await shim.CallAsync("Delete");
    }

    [Fact]
    public async Task A_reader_may_go_and_another_come()
    {
        await using var shim = new ShimPod("sh", "-c", "echo one; read line; echo \"$line\"; exit 3");
        string output = Fifo(shim, "out"), input = Fifo(shim, "in");
        await shim.StartAsync();
        await shim.CreateAsync(change: request => (request.Stdin, request.Stdout) = (input, output));
        await StartHoldingAsync(shim, input);

        Assert.Equal("one", ReadLine(output));
        Command.Run("/bin/sh", "-c", $"echo two > {input}").Succeeds();
        Assert.Equal("two", ReadLine(output));
        Assert.Equal(3, await shim.WaitAsync());
    }

    [Fact]
    public async Task Only_CloseIO_ends_the_input()
    {
        await using var shim = new ShimPod("cat");
        string output = Fifo(shim, "out"), input = Fifo(shim, "in");
        await shim.StartAsync();
        await shim.CreateAsync(change: request => (request.Stdin, request.Stdout) = (input, output));
        await StartHoldingAsync(shim, input);
        foreach (string line in new[] { "one", "two" })
        {
            Command.Run("/bin/sh", "-c", $"echo {line} > {input}").Succeeds();
            Assert.Equal(line, ReadLine(output));
        }

        Assert.Equal(2, (int)(await shim.StateAsync()).Status);
        await shim.CallAsync("CloseIO", new CloseIORequest { Id = shim.Id, Stdin = true });
        Assert.Equal(0, await shim.WaitAsync());
    }

    [Fact]
    public async Task Nowhere_and_a_file()
    {
        await using var shim = new ShimPod("sh", "-c", "echo nobody hears; exit 2");
        await shim.StartAsync();
        await shim.CreateAsync();
        await shim.CallAsync("Start");
        Assert.Equal(2, await shim.WaitAsync());
        await shim.CallAsync("Delete");

        string file = shim["logs"] + "/deep/log file";
        string second = shim.AddBundle("sh", "-c", "echo out; echo wrong >&2");
        await shim.CreateAsync(second, request => request.Stdout = request.Stderr = "file://" + file.Replace(" ", "%20", StringComparison.Ordinal));
        await shim.CallAsync("Start", new ProcessRequest { Id = second });
        Assert.Equal(0, await shim.WaitAsync(id: second));
        Assert.Equal("out\nwrong\n", File.ReadAllText(file));
    }

    [Theory]
    [InlineData("binary", "exec 5>&-")]
    [InlineData("binary-v2", "printf x >&5; exec 5>&-")]
    public async Task A_logger_gets_both_streams_to_their_end(string scheme, string ready)
    {
        await using var shim = new ShimPod("sh", "-c", "echo out; echo wrong >&2");
        string logger = Script(shim, $"{ready}; cat <&3 >{shim["taken"]}.out; cat <&4 >{shim["taken"]}.err; echo \"$CONTAINER_ID $CONTAINER_NAMESPACE $*\" >{shim["taken"]}.part; mv {shim["taken"]}.part {shim["taken"]}");
        await shim.StartAsync();

        await shim.CreateAsync(change: request => request.Stdout = request.Stderr = $"{scheme}://{logger}?--name=a%20b");
        await shim.CallAsync("Start");
        Assert.Equal(0, await shim.WaitAsync());
        await shim.CallAsync("Delete");

        ShimPod.Until(() => File.Exists(shim["taken"]), "the logger has not ended");
        Assert.Equal("out\n", File.ReadAllText(shim["taken"] + ".out"));
        Assert.Equal("wrong\n", File.ReadAllText(shim["taken"] + ".err"));
        Assert.Equal($"{shim.Id} {shim.Namespace} --name a b\n", File.ReadAllText(shim["taken"]));
    }

    [Fact]
    public async Task A_logger_that_never_is_ready_fails_the_create()
    {
        await using var shim = new ShimPod("true");
        string logger = Script(shim, "exit 1");
        await shim.StartAsync();

        TtrpcException error = await Assert.ThrowsAsync<TtrpcException>(() => shim.CreateAsync(change: request => request.Stdout = "binary-v2://" + logger));

        Assert.Contains("did not call ready", error.Message, StringComparison.Ordinal);
        Assert.Contains("unknown STDIO scheme npipe", (await Assert.ThrowsAsync<TtrpcException>(() => shim.CreateAsync(change: request => request.Stdout = "npipe:///x"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_has_the_size_that_was_asked_for()
    {
        await using var shim = new ShimPod("sh", "-c", "read line; stty size; exit 5");
        string output = Fifo(shim, "out"), input = Fifo(shim, "in");
        shim.Change(shim.Id, spec => spec["process"]!["terminal"] = true);
        await shim.StartAsync();
        await shim.CreateAsync(change: request => (request.Terminal, request.Stdin, request.Stdout) = (true, input, output));
        Task<string> reading = ReadAllAsync(output);
        await shim.CallAsync("Start");

        await shim.CallAsync("ResizePty", new ResizePtyRequest { Id = shim.Id, Width = 101, Height = 33 });
        Command.Run("/bin/sh", "-c", $"echo go > {input}").Succeeds();

        Assert.Equal(5, await shim.WaitAsync());
        Assert.Contains("33 101\r\n", await reading.WaitAsync(TimeSpan.FromMinutes(1)), StringComparison.Ordinal);
        await shim.CallAsync("Delete");
    }

    [Theory]
    [InlineData("")]
    [InlineData("file://")]
    public async Task Every_byte_of_a_terminal_arrives_however_slowly_it_is_taken(string scheme)
    {
        await using var shim = new ShimPod("sh", "-c", "dd if=/dev/zero bs=65536 count=128 2>/dev/null | tr '\\000' x");
        string output = scheme.Length > 0 ? shim["file"] : Fifo(shim, "out");
        shim.Change(shim.Id, spec => spec["process"]!["terminal"] = true);
        await shim.StartAsync();
        await shim.CreateAsync(change: request => (request.Terminal, request.Stdout) = (true, scheme + output));
        await shim.CallAsync("Start");

        // By pieces that no pipe has the size of.
        Task<long> reading = scheme.Length > 0 ? Task.FromResult(0L) : Task.Run(() =>
            long.Parse(Command.Run("timeout", "100", "/bin/sh", "-c", $"dd if={output} bs=1000 2>/dev/null | wc -c").Succeeds().Output, CultureInfo.InvariantCulture));
        Assert.Equal(0, await shim.WaitAsync());

        Assert.Equal(Megabytes8, scheme.Length > 0 ? new FileInfo(output).Length : await reading.WaitAsync(TimeSpan.FromMinutes(1)));
        await shim.CallAsync("Delete");
    }

    [Fact]
    public async Task The_size_of_a_terminal_that_is_not_there_is_taken_as_runcs_shim_takes_it()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        await shim.CreateAsync();

        await shim.CallAsync("ResizePty", new ResizePtyRequest { Id = shim.Id, Width = 80, Height = 25 });
    }

    [Fact]
    public async Task A_process_of_the_user_of_the_options_may_open_its_streams_again()
    {
        await using var shim = new ShimPod("sh", "-c", "echo again >/proc/self/fd/1");
        string output = Fifo(shim, "out");
        Command.Run("chmod", "600", output).Succeeds();
        shim.Change(shim.Id, spec => spec["process"]!["user"] = new System.Text.Json.Nodes.JsonObject { ["uid"] = 1234, ["gid"] = 1234 });
        await shim.StartAsync();

        await shim.CreateAsync(change: request => request.Stdout = output, options: options => (options.IoUid, options.IoGid) = (1234, 1234));
        await shim.CallAsync("Start");

        Assert.Equal("again", ReadLine(output));
        Assert.Equal(0, await shim.WaitAsync());
        Assert.Equal("1234 1234", Command.Run("stat", "-c", "%u %g", output).Output.Trim());
    }

    /// <summary>A client that has let go of the input before the start has said all; this one lets go after it.</summary>
    private static async Task StartHoldingAsync(ShimPod shim, string input)
    {
        using var held = new FileStream(input, FileMode.Open, FileAccess.ReadWrite);
        await shim.CallAsync("Start");
    }

    private static string Fifo(ShimPod shim, string name)
    {
        Command.Run("mkfifo", shim[name]).Succeeds();
        return shim[name];
    }

    private static string Script(ShimPod shim, string text)
    {
        string path = shim["logger"];
        File.WriteAllText(path, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + text + "\n");
        Command.Run("chmod", "755", path).Succeeds();
        return path;
    }

    /// <summary>By a process of its own, which opens, reads one line, and goes.</summary>
    private static string ReadLine(string fifo) =>
        Command.Run("timeout", "60", "/bin/sh", "-c", string.Create(CultureInfo.InvariantCulture, $"IFS= read -r line < {fifo}; printf %s \"$line\"")).Succeeds().Output.TrimEnd('\n');

    private static Task<long> CountAsync(string fifo) => Task.Run(() =>
        long.Parse(Command.Run("timeout", "100", "/bin/sh", "-c", $"wc -c < {fifo}").Succeeds().Output, CultureInfo.InvariantCulture));

    private static Task<string> ReadAllAsync(string fifo) => Task.Run(() =>
    {
        using var reader = new StreamReader(fifo);
        return reader.ReadToEnd();
    });
}
