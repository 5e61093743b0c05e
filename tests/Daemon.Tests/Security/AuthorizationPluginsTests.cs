using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Wharf.Daemon.Http;
using Wharf.Daemon.Security;

namespace Wharf.Daemon.Tests.Security;

/// <summary>Requests before a plugin of the test's own, which denies bodies with the word "secret".</summary>
public sealed class AuthorizationPluginsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-authz-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<JsonElement> asked = [];

    public AuthorizationPluginsTests()
    {
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "guard.sock")));
        listener.Listen();
        _ = ServeAsync();
    }

    public void Dispose()
    {
        listener.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_the_plugin_allows_is_served_and_its_body_is_still_there()
    {
        DefaultHttpContext context = Context("{\"Image\":\"x\"}");

        await CheckAsync(context);

        Assert.Equal("{\"Image\":\"x\"}", await new StreamReader(context.Request.Body).ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal("{\"Image\":\"x\"}", Encoding.UTF8.GetString(asked[0].GetProperty("RequestBody").GetBytesFromBase64()));
        Assert.Equal(("POST", "/containers/create?name=x"), (asked[0].GetProperty("RequestMethod").GetString(), asked[0].GetProperty("RequestUri").GetString()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CVE_2024_41110_2026_34040_a_plugin_sees_the_body_however_it_is_sent(bool chunked)
    {
        EngineException denied = await Assert.ThrowsAsync<EngineException>(() => CheckAsync(Context("{\"Image\":\"secret\"}", chunked)));

        Assert.Equal((EngineErrorKind.Forbidden, "authorization denied by plugin guard: no secrets"), (denied.Kind, denied.Message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CVE_2024_41110_2026_34040_a_body_that_is_too_large_to_be_shown_is_refused(bool chunked)
    {
        EngineException denied = await Assert.ThrowsAsync<EngineException>(() => CheckAsync(Context(new string('x', AuthorizationPlugins.LargestBody + 1), chunked)));

        Assert.Equal(EngineErrorKind.Forbidden, denied.Kind);
        Assert.Empty(asked);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_has_allowed_nothing()
    {
        using var plugins = new AuthorizationPlugins(["absent"], [folder]);

        EngineException denied = await Assert.ThrowsAsync<EngineException>(() => plugins.CheckAsync(Context("{}")));

        Assert.StartsWith("plugin absent failed with error: ", denied.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fine", true)]
    [InlineData("secret", false)]
    public async Task The_answer_is_shown_before_it_is_sent(string body, bool allowed)
    {
        DefaultHttpContext context = Context("{}");
        using var sent = new MemoryStream();
        context.Response.Body = sent;
        using var plugins = new AuthorizationPlugins(["guard"], [folder]);
        WithheldAnswer answer = Assert.IsType<WithheldAnswer>(await plugins.CheckAsync(context));
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), TestContext.Current.CancellationToken);

        Assert.Equal(0, sent.Length);
        EngineException? denied = await Record.ExceptionAsync(() => answer.FinishAsync(TestContext.Current.CancellationToken)) as EngineException;
        Assert.Equal(allowed ? null : "authorization denied by plugin guard: no secrets", denied?.Message);
        Assert.Equal(allowed ? body : "", Encoding.UTF8.GetString(sent.ToArray()));
        Assert.Equal((201, "application/json", body), (asked[1].GetProperty("ResponseStatusCode").GetInt32(), asked[1].GetProperty("ResponseHeaders").GetProperty("Content-Type").GetString(), Encoding.UTF8.GetString(asked[1].GetProperty("ResponseBody").GetBytesFromBase64())));
    }

    [Fact]
    public async Task A_stream_is_asked_for_once_and_not_held_back()
    {
        DefaultHttpContext context = Context("{}");
        using var sent = new MemoryStream();
        context.Response.Body = sent;
        using var plugins = new AuthorizationPlugins(["guard"], [folder]);
        WithheldAnswer answer = Assert.IsType<WithheldAnswer>(await plugins.CheckAsync(context));
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync("first"u8.ToArray(), TestContext.Current.CancellationToken);
        await context.Response.Body.FlushAsync(TestContext.Current.CancellationToken);
        await context.Response.Body.WriteAsync("secret"u8.ToArray(), TestContext.Current.CancellationToken);
        await answer.FinishAsync(TestContext.Current.CancellationToken);

        Assert.Equal("firstsecret", Encoding.UTF8.GetString(sent.ToArray()));
        Assert.Equal(2, asked.Count);
    }

    private async Task CheckAsync(HttpContext context)
    {
        using var plugins = new AuthorizationPlugins(["guard"], [folder]);
        await plugins.CheckAsync(context);
    }

    private static DefaultHttpContext Context(string body, bool chunked = false)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = "/containers/create";
        context.Request.QueryString = new QueryString("?name=x");
        context.Request.Body = new MemoryStream(bytes);
        if (chunked)
        {
            context.Request.Headers.TransferEncoding = "chunked";
        }
        else
        {
            context.Request.ContentLength = bytes.Length;
        }

        return context;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await listener.AcceptAsync();
                using var stream = new NetworkStream(socket);
                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                int length = 0;
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                {
                    length = line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(line["Content-Length:".Length..], System.Globalization.CultureInfo.InvariantCulture) : length;
                }

                char[] body = new char[length];
                await reader.ReadBlockAsync(body);
                JsonElement request = JsonDocument.Parse(new string(body)).RootElement;
                asked.Add(request);
                bool allow = !((request.TryGetProperty("ResponseBody", out JsonElement shown) || request.TryGetProperty("RequestBody", out shown)) && Encoding.UTF8.GetString(shown.GetBytesFromBase64()).Contains("secret", StringComparison.Ordinal));
                string answer = allow ? "{\"Allow\":true}" : "{\"Allow\":false,\"Msg\":\"no secrets\"}";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
