using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wharf.Daemon.Logs;
using Wharf.Daemon.Logs.Targets;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Tests.Logs;

/// <summary>What receivers of lines get, by sockets of the test's own.</summary>
public sealed class LogTargetTests
{
    private static readonly LogSource Source = new(new string('a', 64), "web", "sha256:" + new string('b', 64), "busybox", "sh -c true", DateTimeOffset.UnixEpoch, "tag", new Dictionary<string, string> { ["level"] = "5" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "tag[")]
    [InlineData("rfc3164", " tag[")]
    [InlineData("rfc5424", " tag - told")]
    public async Task Syslog_gets_a_line_with_facility_and_severity(string format, string part)
    {
        using Socket receiver = Udp();
        await using ILogTarget target = Make("syslog", ("syslog-address", $"udp://127.0.0.1:{Port(receiver)}"), ("syslog-format", format), ("syslog-facility", "local3"))!;

        await target.SendAsync(new LogEntry(true, "told"u8.ToArray(), DateTimeOffset.UtcNow), Cancellation);
        string message = Encoding.UTF8.GetString(await ReceiveAsync(receiver));

        // local3 is 19; an error is 3.
        Assert.StartsWith("<155>", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.EndsWith("told\n", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Journald_gets_fields_and_a_text_of_several_lines_by_its_length()
    {
        byte[] message = new JournaldFormat(Source).Encode(new LogEntry(true, "one\ntwo"u8.ToArray(), DateTimeOffset.UnixEpoch));

        // systemd's native protocol: NAME, the end of a line, 64 bits of length, the bytes.
        Assert.Equal("MESSAGE\n\a\0\0\0\0\0\0\0one\ntwo\nPRIORITY=3\n", Encoding.Latin1.GetString(message, 0, "MESSAGE\n".Length + 8 + "one\ntwo\n".Length + "PRIORITY=3\n".Length));
        string text = Encoding.UTF8.GetString(message);
        foreach (string field in new[] { "CONTAINER_ID=aaaaaaaaaaaa\n", $"CONTAINER_ID_FULL={new string('a', 64)}\n", "CONTAINER_NAME=web\n", "CONTAINER_TAG=tag\n", "SYSLOG_IDENTIFIER=tag\n", "IMAGE_NAME=busybox\n", "LEVEL=5\n" })
        {
            Assert.Contains(field, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Gelf_gets_a_compressed_document()
    {
        using Socket receiver = Udp();
        await using ILogTarget target = Make("gelf", ("gelf-address", $"udp://127.0.0.1:{Port(receiver)}"))!;

        await target.SendAsync(new LogEntry(false, "told"u8.ToArray(), DateTimeOffset.UnixEpoch.AddMilliseconds(1500)), Cancellation);
        using var packed = new GZipStream(new MemoryStream(await ReceiveAsync(receiver)), CompressionMode.Decompress);
        JsonElement message = (await JsonDocument.ParseAsync(packed, default, Cancellation)).RootElement;

        Assert.Equal(("1.1", "told", 1.5, 6), (message.GetProperty("version").GetString(), message.GetProperty("short_message").GetString(), message.GetProperty("timestamp").GetDouble(), message.GetProperty("level").GetInt32()));
        Assert.Equal("5", message.GetProperty("_level").GetString());
    }

    [Fact]
    public async Task Gelf_divides_what_is_too_long_for_a_datagram()
    {
        using Socket receiver = Udp();
        await using ILogTarget target = Make("gelf", ("gelf-address", $"udp://127.0.0.1:{Port(receiver)}"), ("gelf-compression-type", "none"))!;

        await target.SendAsync(new LogEntry(false, Encoding.ASCII.GetBytes(new string('x', 4000)), DateTimeOffset.UtcNow), Cancellation);
        byte[][] parts = [await ReceiveAsync(receiver), await ReceiveAsync(receiver), await ReceiveAsync(receiver), await ReceiveAsync(receiver)];

        Assert.All(parts, part => Assert.Equal((byte[])[0x1e, 0x0f], part[..2]));
        Assert.Equal([0, 1, 2, 3], parts.Select(part => (int)part[10]));
        Assert.Contains(new string('x', 4000), Encoding.UTF8.GetString([.. parts.SelectMany(part => part[12..])]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fluentd_gets_an_array_of_tag_time_and_record()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using ILogTarget target = Make("fluentd", ("fluentd-address", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"))!;

        await target.SendAsync(new LogEntry(false, "told"u8.ToArray(), DateTimeOffset.UnixEpoch.AddSeconds(7)), Cancellation);
        using Socket peer = await listener.AcceptSocketAsync(Cancellation);
        byte[] message = await ReceiveAsync(peer);

        // An array of three: a text of three bytes, a number, and a map of five.
        Assert.Equal((byte[])[0x93, 0xdb, 0, 0, 0, 3, (byte)'t', (byte)'a', (byte)'g', 0xce, 0, 0, 0, 7, 0xde, 0, 5], message[..17]);
        Assert.Contains("log\xdb\0\0\0\x4told", Encoding.Latin1.GetString(message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_is_away_for_a_while_gets_all_lines_in_order()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        int port = ((IPEndPoint)first.LocalEndpoint).Port;
        first.Stop();
        await using var forwarder = new LogForwarder(Make("syslog", ("syslog-address", $"tcp://127.0.0.1:{port}"))!, 1 << 20, drops: false);
        for (int number = 1; number <= 3; number++)
        {
            forwarder.Offer(new LogEntry(false, Encoding.ASCII.GetBytes($"line {number}"), DateTimeOffset.UtcNow));
        }

        using var later = new TcpListener(IPAddress.Loopback, port);
        later.Start();
        using Socket peer = await later.AcceptSocketAsync(Cancellation);
        using var lines = new StreamReader(new NetworkStream(peer));
        for (int number = 1; number <= 3; number++)
        {
            Assert.EndsWith($": line {number}", await lines.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_full_queue_holds_the_container_back_or_drops_the_oldest_lines()
    {
        await using var waits = new LogForwarder(new DeadTarget(), 100, drops: false);
        await using var drops = new LogForwarder(new DeadTarget(), 100, drops: true);
        for (int number = 0; number < 50; number++)
        {
            waits.Offer(new LogEntry(false, new byte[20], DateTimeOffset.UtcNow));
            drops.Offer(new LogEntry(false, new byte[20], DateTimeOffset.UtcNow));
        }

        Assert.True(waits.IsFull);
        Assert.False(drops.IsFull);
    }

    [Theory]
    [InlineData("syslog", "syslog-address", "ftp://x:1", "protocol \"ftp\" is none of")]
    [InlineData("syslog", "syslog-facility", "nothing", "invalid syslog facility")]
    [InlineData("gelf", "gelf-compression-type", "lzma", "missing gelf-address")]
    [InlineData("fluentd", "fluentd-address", "tcp://host:99999", "HOST:PORT is wanted")]
    public void Options_that_make_no_sense_are_refused(string driver, string name, string value, string message) =>
        Assert.Contains(message, Assert.Throws<EngineException>(() => Make(driver, (name, value))).Message, StringComparison.Ordinal);

    private static ILogTarget? Make(string driver, params (string Name, string Value)[] options) =>
        LogTargets.Make(new LogConfig { Type = driver, Config = options.ToDictionary(option => option.Name, option => option.Value) }, Source);

    private static Socket Udp()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private static async Task<byte[]> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[65536];
        return buffer[..await socket.ReceiveAsync(buffer, Cancellation)];
    }

    private sealed class DeadTarget : ILogTarget
    {
        public string Place => "nowhere";

        public Task ConnectAsync(CancellationToken cancellation) => throw new IOException("nobody is there");

        public Task SendAsync(LogEntry entry, CancellationToken cancellation) => throw new IOException("nobody is there");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
