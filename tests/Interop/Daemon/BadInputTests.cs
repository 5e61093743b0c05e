using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Interop.Daemon;

/// <summary>Requests that no good client sends: the right status, docker's words, and a daemon that lives. The corpus grows.</summary>
public sealed class BadInputTests(DaemonFixture fixture) : IClassFixture<DaemonFixture>
{
    private const string Json = "application/json";
    private readonly DaemonOnContainerd daemon = fixture.Daemon;

    [Theory]
    [InlineData("GET", "/nope", null, null, 404, "page not found")]
    [InlineData("DELETE", "/info", null, null, 404, "page not found")]
    [InlineData("GET", "/v1.10/info", null, null, 400, "client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("GET", "/v1.99/info", null, null, 400, "client version 1.99 is too new. Maximum supported API version is 1.56")]
    [InlineData("GET", "/vx/info", null, null, 404, "page not found")]
    [InlineData("GET", "/swarm", null, null, 503, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.")]
    [InlineData("GET", "/services", null, null, 503, "This node is not a swarm manager.")]
    [InlineData("GET", "/volumes/nope", null, null, 404, "get nope: no such volume")]
    [InlineData("GET", "/containers/nope/json", null, null, 404, "No such container: nope")]
    [InlineData("POST", "/containers/nope/start", null, null, 404, "No such container: nope")]
    [InlineData("GET", "/containers/nope/logs?stdout=1", null, null, 404, "No such container: nope")]
    [InlineData("GET", "/exec/nope/json", null, null, 404, "No such exec instance: nope")]
    [InlineData("GET", "/images/nope/json", null, null, 404, "No such image: nope")]
    [InlineData("POST", "/containers/create", null, "{}", 400, "malformed Content-Type header")]
    [InlineData("POST", "/containers/create", "text/plain", "{}", 400, "unsupported Content-Type header (text/plain): must be 'application/json'")]
    [InlineData("POST", "/containers/create", Json, "", 400, "invalid JSON: got EOF while reading request body")]
    [InlineData("POST", "/containers/create", Json, "{bad", 400, "invalid JSON: ")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":", 400, "invalid JSON: unexpected EOF")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"x\"}{\"b\":1}", 400, "invalid JSON: unexpected content after JSON")]
    [InlineData("POST", "/containers/create", Json, "[]", 400, "invalid JSON: ")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":5}", 400, "invalid JSON: ")]
    [InlineData("POST", "/containers/create", Json, "{}", 400, "config cannot be empty in order to create a container")]
    [InlineData("POST", "/containers/create", Json, "null", 400, "config cannot be empty in order to create a container")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":null}", 400, "config cannot be empty in order to create a container")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"nope\"}", 404, "No such image: nope:latest")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"UPPER\"}", 400, "invalid reference format: repository name")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"busybox\",\"Cmd\":[null]}", 400, "an entry is null")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"busybox\",\"StopSignal\":\"NOPE\"}", 400, "Invalid signal: NOPE")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"busybox\",\"HostConfig\":{\"Memory\":5}}", 400, "Minimum memory limit allowed is 6MB")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"busybox\",\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"often\"}}}", 400, "invalid restart policy: unknown policy 'often'")]
    [InlineData("POST", "/containers/create", Json, "{\"Image\":\"busybox\",\"HostConfig\":{\"CapAdd\":[\"CAP_NOPE\"]}}", 400, "CAP_NOPE")]
    [InlineData("POST", "/containers/create?name=a", Json, "{\"Image\":\"busybox\"}", 400, "Invalid container name (a), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")]
    [InlineData("POST", "/containers/create?name=a/b", Json, "{\"Image\":\"busybox\"}", 400, "Invalid container name (a/b)")]
    [InlineData("GET", "/containers/json?filters=bad", null, null, 400, "invalid filter")]
    [InlineData("GET", "/containers/json?filters=[1]", null, null, 400, "invalid filter")]
    [InlineData("GET", "/containers/json?filters={\"nope\":[\"1\"]}", null, null, 400, "invalid filter 'nope'")]
    [InlineData("GET", "/containers/json?filters={\"status\":[\"foo\"]}", null, null, 400, "invalid filter 'status=foo'")]
    [InlineData("GET", "/containers/json?limit=x", null, null, 400, "invalid value \"x\" for limit")]
    [InlineData("GET", "/events?since=foo", null, null, 400, "foo")]
    [InlineData("GET", "/events?filters={\"nope\":[\"1\"]}", null, null, 400, "invalid filter 'nope'")]
    [InlineData("POST", "/images/create?fromImage=UPPER", null, null, 400, "invalid reference format: repository name")]
    [InlineData("POST", "/images/create?fromImage=a@sha256:123", null, null, 400, "invalid reference format")]
    public async Task Is_refused_with_status_and_words(string method, string path, string? type, string? body, int status, string words)
    {
        using HttpClient client = Client();
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://wharf" + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
        }

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal((status, true), ((int)response.StatusCode, text.Contains("message", StringComparison.Ordinal)));
        Assert.Contains(words, JsonDocument.Parse(text).RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        await AssertAliveAsync();
    }

    [Theory]
    [InlineData("POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"Image\":\"busy")]
    [InlineData("POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("\0\0\0\0")]
    [InlineData("POST /containers/x/attach?stream=1 HTTP/1.1\r\nHost: x\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n")]
    public async Task A_broken_connection_harms_nobody(string bytes)
    {
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Socket), TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(bytes), TestContext.Current.CancellationToken);
        }

        await AssertAliveAsync();
    }

    [Fact]
    public async Task Headers_without_end_are_cut_off()
    {
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Socket), TestContext.Current.CancellationToken);
            byte[] header = Encoding.ASCII.GetBytes("GET /info HTTP/1.1\r\nHost: x\r\nX-Long: " + new string('a', 100_000) + "\r\n\r\n");
            await socket.SendAsync(header, TestContext.Current.CancellationToken);
            byte[] answer = new byte[4096];
            int count = await socket.ReceiveAsync(answer, TestContext.Current.CancellationToken);
            Assert.StartsWith("HTTP/1.1 431", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
        }

        await AssertAliveAsync();
    }

    [Fact]
    public void The_client_prints_docker_s_words()
    {
        Assert.Contains("o such object: nothere", daemon.Docker("inspect", "nothere").Error, StringComparison.Ordinal);
        Assert.Contains("not a swarm manager", daemon.Docker("service", "ls").Error, StringComparison.Ordinal);
        Assert.Contains("Storage Driver: overlayfs", daemon.Docker("info").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("Local Volumes", daemon.Docker("system", "df").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("DRIVER", daemon.Docker("volume", "ls").Succeeds().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothere", 127, "exec: \"nothere\": executable file not found in $PATH")]
    [InlineData("/etc", 126, "exec: \"/etc\": ")]
    [InlineData("/etc/passwd", 126, "exec: \"/etc/passwd\": permission denied")]
    public void A_program_that_cannot_start_is_told_once(string program, int code, string words)
    {
        Command run = daemon.Docker("run", "--rm", "--network", "none", "busybox", program);

        Assert.Equal(code, run.ExitCode);
        Assert.StartsWith("docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: " + words, run.Error, StringComparison.Ordinal);
    }

    private async Task AssertAliveAsync()
    {
        using HttpClient client = Client();
        Assert.Equal("OK", await client.GetStringAsync("http://wharf/_ping", TestContext.Current.CancellationToken));
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(daemon.Socket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
