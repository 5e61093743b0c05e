using System.Globalization;
using System.Net;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>The page for Prometheus, as containerd's configuration asks for it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Calls_containers_and_the_daemon_itself_are_counted()
    {
        string address = $"127.0.0.1:{FreePort.Next()}";
        using var containerd = WharfContainerd.Configured($"version = 2\n[metrics]\naddress = \"{address}\"\ngrpc_histogram = true\n");
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}") };
        string id = $"measured-{Guid.NewGuid():N}";
        containerd.Run(id, ["-d"], "sleep", "1000").Succeeds();

        using HttpResponseMessage answer = await client.GetAsync(new Uri("/v1/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        string[] lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');

        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains(lines, line => line.StartsWith("containerd_build_info_total{revision=", StringComparison.Ordinal));
        Assert.Equal(1, Value($"container_pids_current{{container_id=\"{id}\",namespace=\"default\"}} "));
        Assert.Equal(1, Value("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Create\",grpc_service=\"containerd.services.tasks.v1.Tasks\",grpc_type=\"unary\"} "));
        Assert.Equal(1, Value("grpc_server_handling_seconds_bucket{grpc_method=\"Create\",grpc_service=\"containerd.services.tasks.v1.Tasks\",grpc_type=\"unary\",le=\"+Inf\"} "));
        Assert.Contains(lines, line => line.StartsWith("grpc_server_started_total{grpc_method=\"Write\",grpc_service=\"containerd.services.content.v1.Content\",grpc_type=\"bidi_stream\"} ", StringComparison.Ordinal));
        Assert.Equal(Value("containerd_gc_gc_seconds_count "), Value("containerd_gc_collections_total{status=\"success\"} "));
        Assert.InRange(Value("process_resident_memory_bytes "), 1_000_000, 1e9);
        Assert.Single(lines, line => line == "# TYPE grpc_server_handled_total counter");
        containerd.Ctr("task", "rm", "-f", id);
        containerd.Ctr("container", "rm", id).Succeeds();
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri("/nothere", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);

        double Value(string start) => double.Parse(Assert.Single(lines, line => line.StartsWith(start, StringComparison.Ordinal))[start.Length..], CultureInfo.InvariantCulture);
    }
}
