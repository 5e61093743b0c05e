using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Wharf.ContainerdApi.Version.V1;
using Wharf.Harness;
using Wharf.Ttrpc;

namespace Wharf.Interop.Containerd;

/// <summary>Traces, as OpenTelemetry's variables ask for them, sent to a collector of the test's.</summary>
public sealed class TracesTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";
    private readonly HttpListener collector = new();
    private readonly BlockingCollection<Span> spans = [];
    private readonly WharfContainerd containerd;
    private readonly Task collecting;

    public TracesTests()
    {
        string address = $"http://127.0.0.1:{FreePort.Next()}/";
        collector.Prefixes.Add(address);
        collector.Start();
        collecting = CollectAsync();
        containerd = WharfContainerd.With(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = address,
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-test=a%20b",
            ["OTEL_SERVICE_NAME"] = "under-test",
        });
    }

    public void Dispose()
    {
        containerd.Dispose();
        collector.Stop();
        ((IDisposable)collector).Dispose();
        spans.Dispose();
    }

    [Fact]
    public void A_callers_trace_goes_on_and_a_containers_start_is_seen_down_to_its_shim()
    {
        using var channel = new ContainerdChannel(containerd);
        new ContainerdApi.Version.V1.Version.VersionClient(channel.Calls).Version(new(), new Metadata { { "traceparent", $"00-{Trace}-{Parent}-01" } }, cancellationToken: TestContext.Current.CancellationToken);
        containerd.Run($"traced-{Guid.NewGuid():N}", ["--rm"], "true").Succeeds();

        Span version = Next(span => span.Name == "containerd.services.version.v1.Version/Version" && span.Trace == Trace);
        Span create = Next(span => span.Name == "containerd.services.tasks.v1.Tasks/Create");
        Span start = Next(span => span.Name == "start shim");
        Span shim = Next(span => span.Name.EndsWith(".Task/Create", StringComparison.Ordinal) && span.Kind == 3);

        Assert.Equal((Parent, 2ul, "under-test"), (version.Parent, version.Kind, version.Service));
        Assert.Equal((create.Trace, create.Id), (start.Trace, start.Parent));
        Assert.Equal((create.Trace, create.Id), (shim.Trace, shim.Parent));
        Assert.True(shim.End > shim.Start);
        Assert.InRange(shim.Start, create.Start, create.End);
    }

    [Fact]
    public void Who_decides_against_a_trace_is_heard()
    {
        using var channel = new ContainerdChannel(containerd);
        var client = new ContainerdApi.Version.V1.Version.VersionClient(channel.Calls);
        client.Version(new(), new Metadata { { "traceparent", $"00-{Trace}-{Parent}-00" } }, cancellationToken: TestContext.Current.CancellationToken);
        client.Version(new(), new Metadata { { "traceparent", $"00-{Trace[..31]}d-{Parent}-01" } }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal($"{Trace[..31]}d", Next(span => span.Parent == Parent).Trace);
    }

    private readonly List<Span> seen = [];

    /// <summary>The first that is so, of those that came and of those that come.</summary>
    private Span Next(Func<Span, bool> wanted)
    {
        while (true)
        {
            if (seen.FirstOrDefault(wanted) is { } found)
            {
                return found;
            }

            Assert.True(spans.TryTake(out Span? one, TimeSpan.FromSeconds(30)), $"no such span among {string.Join(", ", seen.Select(span => span.Name))}");
            seen.Add(one);
        }
    }

    private async Task CollectAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await collector.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            bool valid = context.Request is { HttpMethod: "POST", Url.AbsolutePath: "/v1/traces", ContentType: "application/x-protobuf" } && context.Request.Headers["x-test"] == "a b";
            if (valid)
            {
                Read(body.ToArray());
            }

            context.Response.StatusCode = valid ? 200 : 400;
            context.Response.Close();
        }
    }

    /// <summary>ExportTraceServiceRequest: resource_spans 1 { resource 1 { attributes 1 }, scope_spans 2 { spans 2 } }.</summary>
    private void Read(byte[] message)
    {
        foreach (byte[] group in Fields(message, 1))
        {
            byte[] service = Fields(Fields(group, 1).Single(), 1).Single(attribute => Text(attribute, 1) == "service.name");
            string name = Text(Fields(service, 2).Single(), 1);
            foreach (byte[] span in Fields(group, 2).SelectMany(scope => Fields(scope, 2)))
            {
                spans.Add(new Span(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Number(span, 6), Number(span, 7), Number(span, 8), name));
            }
        }
    }

    private static List<byte[]> Fields(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                found.Add(reader.Bytes.ToArray());
            }
        }

        return found;
    }

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

    private static string Text(byte[] message, int field) => System.Text.Encoding.UTF8.GetString(Fields(message, field).FirstOrDefault() ?? []);

    private static ulong Number(byte[] message, int field)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Field == field)
            {
                return reader.Number;
            }
        }

        return 0;
    }

    private sealed record Span(string Trace, string Id, string Parent, string Name, ulong Kind, ulong Start, ulong End, string Service);
}
