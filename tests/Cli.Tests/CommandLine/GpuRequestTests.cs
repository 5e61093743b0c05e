using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Tests.CommandLine;

public sealed class GpuRequestTests
{
    [Theory]
    [InlineData("all", """{"Driver":"","Count":-1,"Capabilities":[["gpu"]],"Options":{}}""")]
    [InlineData("2", """{"Driver":"","Count":2,"Capabilities":[["gpu"]],"Options":{}}""")]
    [InlineData("\"device=0,1\"", """{"Driver":"","Count":0,"DeviceIDs":["0","1"],"Capabilities":[["gpu"]],"Options":{}}""")]
    [InlineData("driver=nvidia,\"capabilities=compute,utility\"", """{"Driver":"nvidia","Count":1,"Capabilities":[["compute","utility","gpu"]],"Options":{}}""")]
    public void A_request_is_sent_as_the_engine_takes_it(string text, string json)
    {
        GpuRequest request = GpuRequest.Parse(text, out _)!;
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            request.Write(writer);
        }

        Assert.Equal(json, Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Theory]
    [InlineData("foo=bar", "unexpected key 'foo' in 'foo=bar'")]
    [InlineData("count=x", "invalid count (x): value must be either \"all\" or an integer: invalid syntax")]
    [InlineData("1,count=2", "gpu request key 'count' can be specified only once")]
    public void What_is_none_is_refused(string text, string words)
    {
        Assert.Null(GpuRequest.Parse(text, out string? refusal));
        Assert.Equal(words, refusal);
    }
}
