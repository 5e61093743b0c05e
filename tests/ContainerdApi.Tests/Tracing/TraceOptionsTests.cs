using Wharf.ContainerdApi.Tracing;

namespace Wharf.ContainerdApi.Tests.Tracing;

public sealed class TraceOptionsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("OTEL_SERVICE_NAME=x")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318;OTEL_TRACES_EXPORTER=none")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318;OTEL_SDK_DISABLED=TRUE")]
    public void Without_an_address_or_against_the_will_of_somebody_nothing_is_sent(string variables) => Assert.Null(Read(variables));

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", "http://c:4318/v1/traces", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318/prefix/", "http://c:4318/prefix/v1/traces", false)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://c/own;OTEL_EXPORTER_OTLP_ENDPOINT=http://d", "https://c/own", false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "http://c:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=c:4317;OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc", "http://c:4317/opentelemetry.proto.collector.trace.v1.TraceService/Export", true)]
    public void The_address_is_what_the_protocol_makes_of_it(string variables, string endpoint, bool grpc) =>
        Assert.Equal((endpoint, grpc), (Read(variables)!.Endpoint.ToString(), Read(variables)!.IsGrpc));

    [Theory]
    [InlineData("", 1, true)]
    [InlineData("OTEL_TRACES_SAMPLER=always_on", 1, false)]
    [InlineData("OTEL_TRACES_SAMPLER=parentbased_traceidratio;OTEL_TRACES_SAMPLER_ARG=0.25", 0.25, true)]
    [InlineData("OTEL_TRACES_SAMPLER=traceidratio;OTEL_TRACES_SAMPLER_ARG=7", 1, false)]
    [InlineData("OTEL_TRACES_SAMPLER=always_off", 0, false)]
    public void The_sampler_is_one_of_the_six(string variables, double ratio, bool follows)
    {
        TraceOptions options = Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;" + variables)!;

        Assert.Equal((ratio, follows), (options.Ratio, options.FollowsParent));
    }

    [Fact]
    public void Headers_and_attributes_are_pairs_with_percent_signs()
    {
        TraceOptions options = Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_EXPORTER_OTLP_HEADERS=a=1,b=x%20y;OTEL_RESOURCE_ATTRIBUTES=service.name=other,host=h")!;

        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "x y" }, options.Headers);
        Assert.Equal(new Dictionary<string, string> { ["service.name"] = "other", ["host"] = "h" }, options.Resource);
        Assert.Equal("own", Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_SERVICE_NAME=own")!.Resource["service.name"]);
        Assert.Equal("program", Read("OTEL_EXPORTER_OTLP_ENDPOINT=http://c")!.Resource["service.name"]);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_EXPORTER_OTLP_PROTOCOL=smoke", "smoke")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=ftp://c", "ftp://c")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_TRACES_SAMPLER=sometimes", "sometimes")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c;OTEL_EXPORTER_OTLP_HEADERS=novalue", "novalue")]
    public void What_is_wrong_is_named(string variables, string word) =>
        Assert.Contains(word, Assert.Throws<FormatException>(() => Read(variables)).Message, StringComparison.Ordinal);

    private static TraceOptions? Read(string variables)
    {
        Dictionary<string, string> given = variables.Split(';', StringSplitOptions.RemoveEmptyEntries).ToDictionary(pair => pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return TraceOptions.Read(name => given.GetValueOrDefault(name), "program");
    }
}
