using System.Text;
using CsCheck;
using Wharf.EngineApi.Client;

namespace Wharf.EngineApi.Tests.Client;

public sealed class EngineClientTests
{
    [Fact]
    public void A_body_with_a_length()
    {
        using var engine = ScriptedEngine.Answering("HTTP/1.1 200 OK\r\nApi-Version: 1.40\r\nContent-Length: 5\r\n\r\nhello");
        using EngineClient client = Client(engine);
        using EngineResponse response = client.Send("GET", "/x");

        Assert.Equal("hello", response.ReadText());
        Assert.StartsWith("GET ", engine.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_in_chunks_with_an_extension_and_a_trailer()
    {
        using var engine = ScriptedEngine.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n");
        using EngineClient client = Client(engine);
        using EngineResponse response = client.Send("GET", "/x");

        Assert.Equal("hello", response.ReadText());
    }

    [Fact]
    public void An_error_carries_the_engines_message()
    {
        using var engine = ScriptedEngine.Answering("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 37\r\n\r\n{\"message\":\"No such container: nope\"}");
        using EngineClient client = Client(engine);

        EngineException error = Assert.Throws<EngineException>(() => client.Send("GET", "/containers/nope/json"));

        Assert.Equal((404, "No such container: nope"), (error.Status, error.Message));
    }

    [Fact]
    public void Nobody_there_is_told_with_the_address()
    {
        using var client = new EngineClient(EngineAddress.Parse("unix:///nonexistent/docker.sock", tls: false));

        UnreachableException error = Assert.Throws<UnreachableException>(() => client.Send("GET", "/_ping"));

        Assert.Contains("unix:///nonexistent/docker.sock", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1 abc OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nNo colon here\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n")]
    public void An_answer_that_makes_no_sense_is_an_error_not_a_hang(string answer)
    {
        using var engine = ScriptedEngine.Answering(answer, answer);
        using EngineClient client = Client(engine);

        Assert.ThrowsAny<IOException>(() =>
        {
            using EngineResponse response = client.Send("POST", "/x");
            response.ReadBytes();
        });
    }

    [Fact]
    public void Random_bytes_never_do_more_than_fail() =>
        Gen.Byte.Array[0, 300].Sample(
            bytes =>
            {
                using var engine = new ScriptedEngine(bytes, bytes);
                using EngineClient client = Client(engine);
                try
                {
                    using EngineResponse response = client.Send("POST", "/x");
                    response.ReadBytes(1 << 20);
                }
                catch (Exception error) when (error is IOException or EngineException)
                {
                    // The answer to garbage.
                }
            },
            iter: 50,
            threads: 1);

    [Theory]
    [InlineData("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nraw bytes")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nraw bytes")]
    public void A_stream_is_handed_over_in_both_forms(string answer)
    {
        using var engine = ScriptedEngine.Answering(answer);
        using EngineClient client = Client(engine);
        using HijackedStream stream = client.Hijack("/containers/x/attach?stream=1");
        byte[] bytes = new byte[100];
        int count = 0, more;
        while ((more = stream.Read(bytes.AsSpan(count))) > 0)
        {
            count += more;
        }

        Assert.Equal("raw bytes", Encoding.UTF8.GetString(bytes, 0, count));
        Assert.Contains("Upgrade: tcp", engine.Requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:///run/x.sock", "/run/x.sock", "", 0)]
    [InlineData("tcp://host:1234", null, "host", 1234)]
    [InlineData("tcp://[::1]:80", null, "::1", 80)]
    [InlineData("host", null, "host", 2375)]
    public void Addresses(string text, string? path, string host, int port)
    {
        var address = EngineAddress.Parse(text, tls: false);

        Assert.Equal((path, host, port), (address.Path, address.Host, address.Port));
    }

    [Theory]
    [InlineData("npipe://x")]
    [InlineData("tcp://host:99999")]
    [InlineData("tcp://host:x")]
    public void Addresses_that_are_none(string text) => Assert.Throws<FormatException>(() => EngineAddress.Parse(text, tls: false));

    private static EngineClient Client(ScriptedEngine engine) => new(EngineAddress.Parse(engine.Host, tls: false));
}
