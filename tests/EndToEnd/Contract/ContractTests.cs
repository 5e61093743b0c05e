using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Contract;

/// <summary>
/// Every operation of the Engine API outside swarm, plugins and builds is called, and each answer compared with its description. The
/// table of what is called is docs/engine-api.md; WHARF_UPDATE=1 writes it anew.
/// </summary>
public sealed class ContractTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Busybox = "busybox:latest";
    private static readonly string[] Elsewhere = ["/swarm", "/nodes", "/services", "/tasks", "/secrets", "/configs", "/plugins", "/build", "/session"];
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"c{Guid.NewGuid():N}";

    [Fact]
    public async Task Every_operation_answers_as_it_is_described()
    {
        EngineApiSchema? schema = EngineApiSchema.Find();
        Assert.SkipWhen(schema is null, "this machine has no description of the API");
        using var api = new ApiCaller(engine, schema);
        try
        {
            await SystemAsync(api);
            await ImagesAsync(api);
            await VolumesAsync(api);
            await NetworksAsync(api);
            await ContainersAsync(api);
            await ExecsAsync(api);
        }
        finally
        {
            engine.Docker("rm", "-f", "-v", name);
            engine.Docker("volume", "rm", "-f", name);
            engine.Docker("rmi", "-f", name + ":tag", name + ":committed");
        }

        string[] operations = [.. schema.Operations.Where(one => !Elsewhere.Any(other => one.Split(' ')[1].StartsWith(other, StringComparison.Ordinal)))];
        string table = Table(operations, api.Called);
        string kept = Path.Combine(Programs.Checkout, "docs", "engine-api.md");
        if (Environment.GetEnvironmentVariable("WHARF_UPDATE") == "1")
        {
            await File.WriteAllTextAsync(kept, table, TestContext.Current.CancellationToken);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(table);
        Assert.Empty(api.Faults);
        Assert.Empty(operations.Except(api.Called));
        Assert.Equal(table, await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("1.24")]
    [InlineData("1.32")]
    [InlineData("1.41")]
    [InlineData("1.47")]
    [InlineData("1.51")]
    [InlineData("1.56")]
    public void Versions_are_served_by_prefix(string version)
    {
        foreach (string path in new[] { "info", "version", "containers/json?all=1", "images/json", "volumes", "networks", "system/df", "_ping" })
        {
            Assert.Equal("200", Status($"/v{version}/{path}"));
        }
    }

    [Fact]
    public void A_version_that_is_not_served_is_refused_in_dockers_words()
    {
        Assert.Contains("client version 1.57 is too new. Maximum supported API version is 1.56", Get("/v1.57/info"), StringComparison.Ordinal);
        Assert.Contains("client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version", Get("/v1.23/info"), StringComparison.Ordinal);
    }

    private static string Table(IEnumerable<string> operations, SortedSet<string> called)
    {
        var text = new StringBuilder("# The Engine API, operation by operation\nEach is called by `tests/EndToEnd/Contract`, and its answer compared with the schema of API 1.56. Swarm, plugins and builds are left out.\n\n| operation | verified |\n|---|---|\n");
        foreach (string operation in operations)
        {
            text.Append("| ").Append(operation).Append(" | ").Append(called.Contains(operation) ? "yes" : "no").Append(" |\n");
        }

        return text.ToString();
    }

    private static async Task SystemAsync(ApiCaller api)
    {
        await api.CallAsync("GET /_ping", 200);
        await api.CallAsync("HEAD /_ping", 200);
        await api.CallAsync("GET /version", 200);
        await api.CallAsync("GET /info", 200);
        await api.CallAsync("GET /system/df", 200);
        await api.CallAsync("GET /system/df", 200, "/system/df?type=image&type=container&verbose=1");
        await api.CallAsync("GET /events", 400, "/events?since=what");
        await api.CallAsync("POST /auth", 500, body: """{"username":"a","password":"b","serveraddress":"127.0.0.1:1"}""");
    }

    private async Task ImagesAsync(ApiCaller api)
    {
        await api.CallAsync("GET /images/json", 200, "/images/json?all=1&digests=1&shared-size=1&manifests=1");
        await api.CallAsync("GET /images/json", 200, "/images/json?filters=" + Uri.EscapeDataString("{\"dangling\":[\"false\"]}"));
        await api.CallAsync("GET /images/{name}/json", 200, $"/images/{Busybox}/json?manifests=1");
        await api.CallAsync("GET /images/{name}/json", 404, "/images/no-such/json");
        await api.CallAsync("GET /images/{name}/history", 200, $"/images/{Busybox}/history");
        await api.CallAsync("GET /images/{name}/attestations", 200, $"/images/{Busybox}/attestations");
        await api.CallAsync("POST /images/{name}/tag", 201, $"/images/{Busybox}/tag?repo={name}&tag=tag");
        await api.CallAsync("POST /images/{name}/tag", 404, $"/images/no-such/tag?repo={name}");
        await api.CallAsync("POST /images/{name}/push", 404, $"/images/127.0.0.1:1/no-such/push?tag=x");
        await api.CallAsync("POST /images/create", 500, "/images/create?fromImage=127.0.0.1:1/no-such&tag=x");
        await api.CallAsync("GET /images/search", 500, "/images/search?term=127.0.0.1:1/x");
        await api.CallAsync("GET /distribution/{name}/json", 500, "/distribution/127.0.0.1:1/no-such/json");
        await api.CallAsync("GET /images/{name}/get", 200, $"/images/{Busybox}/get");
        await api.CallAsync("GET /images/get", 200, $"/images/get?names={Busybox}");
        await api.CallAsync("POST /images/load", 200, "/images/load?quiet=1", new TestImage([TestImage.Layer("file", "content")]).Archive($"docker.io/library/{name}:loaded"));
        await api.CallAsync("DELETE /images/{name}", 200, $"/images/{name}:loaded");
        await api.CallAsync("DELETE /images/{name}", 200, $"/images/{name}:tag");
        await api.CallAsync("DELETE /images/{name}", 404, "/images/no-such");
        await api.CallAsync("POST /images/prune", 200);
    }

    private async Task VolumesAsync(ApiCaller api)
    {
        await api.CallAsync("POST /volumes/create", 201, body: $$"""{"Name":"{{name}}","Labels":{"a":"b"} }""");
        await api.CallAsync("GET /volumes", 200, "/volumes?filters=" + Uri.EscapeDataString($$"""{"name":["{{name}}"]}"""));
        await api.CallAsync("GET /volumes/{name}", 200, $"/volumes/{name}");
        await api.CallAsync("GET /volumes/{name}", 404, "/volumes/no-such");
        await api.CallAsync("PUT /volumes/{name}", 503, $"/volumes/{name}?version=1", "{}");
        await api.CallAsync("DELETE /volumes/{name}", 204, $"/volumes/{name}");
        await api.CallAsync("DELETE /volumes/{name}", 404, "/volumes/no-such");
        await api.CallAsync("POST /volumes/prune", 200);
    }

    private async Task NetworksAsync(ApiCaller api)
    {
        await api.CallAsync("POST /networks/create", 201, body: $$"""{"Name":"{{name}}","Labels":{"a":"b"} }""");
        await api.CallAsync("GET /networks/{id}", 200, $"/networks/{name}");
        await api.CallAsync("DELETE /networks/{id}", 204, $"/networks/{name}");
        await api.CallAsync("GET /networks", 200);
        await api.CallAsync("GET /networks/{id}", 200, "/networks/bridge?verbose=0");
        await api.CallAsync("GET /networks/{id}", 404, "/networks/no-such");
        await api.CallAsync("DELETE /networks/{id}", 403, "/networks/bridge");
        await api.CallAsync("POST /networks/{id}/connect", 404, "/networks/no-such/connect", "{\"Container\":\"no-such\"}");
        await api.CallAsync("POST /networks/{id}/disconnect", 404, "/networks/no-such/disconnect", "{\"Container\":\"no-such\"}");
        await api.CallAsync("POST /networks/prune", 200);
    }

    private async Task ContainersAsync(ApiCaller api)
    {
        const string health = """{"Test":["CMD","true"],"Interval":500000000}""";
        await api.CallAsync("POST /containers/create", 201, $"/containers/create?name={name}", $$"""{"Image":"{{Busybox}}","Cmd":["sh","-c","echo out; sleep 1000"],"Tty":false,"OpenStdin":true,"Volumes":{"/v":{} },"Healthcheck":{{health}},"HostConfig":{"Memory":67108864,"Ulimits":[{"Name":"nofile","Soft":100,"Hard":200}],"Tmpfs":{"/t":"size=1m"} } }""");
        await api.CallAsync("POST /containers/create", 409, $"/containers/create?name={name}", $$"""{"Image":"{{Busybox}}"}""");
        await api.CallAsync("POST /containers/create", 404, body: "{\"Image\":\"no-such\"}");
        await api.CallAsync("POST /containers/create", 400, body: "{}");
        await api.CallAsync("POST /containers/{id}/start", 204, $"/containers/{name}/start");
        await api.CallAsync("POST /containers/{id}/start", 304, $"/containers/{name}/start");
        await api.CallAsync("POST /containers/{id}/start", 404, "/containers/no-such/start");
        await api.CallAsync("GET /containers/json", 200, "/containers/json?all=1&size=1");
        await api.CallAsync("GET /containers/json", 400, "/containers/json?filters=" + Uri.EscapeDataString("{\"what\":[\"x\"]}"));
        await api.CallAsync("GET /containers/{id}/json", 200, $"/containers/{name}/json?size=1");
        await api.CallAsync("GET /containers/{id}/json", 404, "/containers/no-such/json");
        await api.CallAsync("GET /containers/{id}/top", 200, $"/containers/{name}/top");
        await api.CallAsync("GET /containers/{id}/logs", 200, $"/containers/{name}/logs?stdout=1&stderr=1&timestamps=1&tail=5");
        await api.CallAsync("GET /containers/{id}/changes", 200, $"/containers/{name}/changes");
        await api.CallAsync("GET /containers/{id}/export", 200, $"/containers/{name}/export");
        string stats = await api.CallAsync("GET /containers/{id}/stats", 200, $"/containers/{name}/stats?stream=0&one-shot=1");
        Assert.Equal(name, JsonDocument.Parse(stats).RootElement.GetProperty("name").GetString()?.TrimStart('/'));
        await api.CallAsync("POST /containers/{id}/resize", 200, $"/containers/{name}/resize?h=20&w=80");
        await api.CallAsync("POST /containers/{id}/update", 200, $"/containers/{name}/update", "{\"Memory\":134217728,\"MemorySwap\":268435456}");
        await api.CallAsync("POST /containers/{id}/rename", 204, $"/containers/{name}/rename?name={name}-2");
        await api.CallAsync("POST /containers/{id}/rename", 204, $"/containers/{name}-2/rename?name={name}");
        await api.CallAsync("POST /containers/{id}/pause", 204, $"/containers/{name}/pause");
        await api.CallAsync("POST /containers/{id}/unpause", 204, $"/containers/{name}/unpause");
        await api.CallAsync("HEAD /containers/{id}/archive", 200, $"/containers/{name}/archive?path=/etc");
        await api.CallAsync("GET /containers/{id}/archive", 200, $"/containers/{name}/archive?path=/etc/passwd");
        await api.CallAsync("GET /containers/{id}/archive", 404, $"/containers/{name}/archive?path=/no/such");
        await api.CallAsync("PUT /containers/{id}/archive", 200, $"/containers/{name}/archive?path=/tmp", TestImage.Layer("file", "content"));
        await api.CallAsync("PUT /containers/{id}/archive", 400, $"/containers/{name}/archive", Array.Empty<byte>());
        await api.CallAsync("POST /commit", 201, $"/commit?container={name}&repo={name}&tag=committed&comment=x&author=y&changes=CMD+true", "{}");
        await api.CallAsync("POST /commit", 404, "/commit?container=no-such", "{}");
        await api.UpgradeAsync("POST /containers/{id}/attach", 101, $"/containers/{name}/attach?stream=1&stdout=1");
        await api.UpgradeAsync("GET /containers/{id}/attach/ws", 101, $"/containers/{name}/attach/ws?stream=1&stdout=1", "websocket", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        string events = await api.CallAsync("GET /events", 200, $"/events?since=0&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}&filters=" + Uri.EscapeDataString($$"""{"container":["{{name}}"],"event":["create"]}"""));
        Assert.Contains("\"Action\":\"create\"", events, StringComparison.Ordinal);
    }

    private async Task ExecsAsync(ApiCaller api)
    {
        string made = await api.CallAsync("POST /containers/{id}/exec", 201, $"/containers/{name}/exec", "{\"Cmd\":[\"sleep\",\"1000\"],\"AttachStdout\":true,\"Tty\":true}");
        string exec = JsonDocument.Parse(made).RootElement.GetProperty("Id").GetString()!;
        await api.CallAsync("POST /containers/{id}/exec", 404, "/containers/no-such/exec", "{\"Cmd\":[\"true\"]}");
        await api.CallAsync("POST /exec/{id}/start", 200, $"/exec/{exec}/start", "{\"Detach\":true,\"Tty\":true}");
        await api.CallAsync("POST /exec/{id}/start", 404, "/exec/no-such/start", "{}");
        await api.CallAsync("GET /exec/{id}/json", 200, $"/exec/{exec}/json");
        await api.CallAsync("POST /exec/{id}/resize", 200, $"/exec/{exec}/resize?h=10&w=20");
        await api.CallAsync("POST /containers/{id}/restart", 204, $"/containers/{name}/restart?t=0");
        await api.CallAsync("POST /containers/{id}/kill", 204, $"/containers/{name}/kill?signal=KILL");
        await api.CallAsync("POST /containers/{id}/wait", 200, $"/containers/{name}/wait");
        await api.CallAsync("POST /containers/{id}/kill", 409, $"/containers/{name}/kill");
        await api.CallAsync("POST /containers/{id}/stop", 304, $"/containers/{name}/stop");
        await api.CallAsync("POST /containers/{id}/wait", 400, $"/containers/{name}/wait?condition=what");
        await api.CallAsync("DELETE /containers/{id}", 204, $"/containers/{name}?v=1");
        await api.CallAsync("DELETE /containers/{id}", 404, "/containers/no-such");
        await api.CallAsync("POST /containers/prune", 200);
    }

    private string Get(string path) => Command.Run("curl", ["-s", "--unix-socket", engine.Socket, "http://wharf" + path]).Succeeds().Output;

    private string Status(string path) => Command.Run("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", engine.Socket, "http://wharf" + path]).Succeeds().Output.TrimEnd();
}
