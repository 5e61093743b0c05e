using System.Net.Sockets;
using System.Text;
using Wharf.Harness;

namespace Wharf.EndToEnd.Contract;

/// <summary>Calls operations of the API, and keeps what was wrong with their answers.</summary>
internal sealed class ApiCaller(Engine engine, EngineApiSchema schema) : IDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Socket), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://wharf"),
        Timeout = TimeSpan.FromMinutes(2),
    };

    public SortedSet<string> Called { get; } = new(StringComparer.Ordinal);

    public List<string> Faults { get; } = [];

    public void Dispose() => client.Dispose();

    /// <summary>The body of the answer, after it was compared with the description.</summary>
    /// <param name="operation">"METHOD /path" with the path's placeholders.</param>
    /// <param name="path">The path to ask for; null: that of the operation.</param>
    public async Task<string> CallAsync(string operation, int status, string? path = null, object? body = null)
    {
        string[] parts = operation.Split(' ', 2);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), (path ?? parts[1]).TrimStart('/').Insert(0, "/"));
        request.Content = body switch
        {
            byte[] bytes => new ByteArrayContent(bytes),
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            _ => null,
        };
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, TestContext.Current.CancellationToken).ConfigureAwait(false);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken).ConfigureAwait(false);
        string text2 = Encoding.UTF8.GetString(answer);
        Note(operation, status, (int)response.StatusCode, text2);
        return text2;
    }

    /// <summary>An operation that takes the connection over: the first bytes of the answer.</summary>
    public async Task<string> UpgradeAsync(string operation, int status, string path, string upgrade = "tcp", string headers = "", string body = "")
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(engine.Socket), TestContext.Current.CancellationToken).ConfigureAwait(false);
        string type = body.Length > 0 ? $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n" : "";
        string request = $"{operation.Split(' ')[0]} {path} HTTP/1.1\r\nHost: wharf\r\nConnection: Upgrade\r\nUpgrade: {upgrade}\r\n{headers}{type}\r\n{body}";
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[4096];
        int count = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).ConfigureAwait(false);
        string answer = Encoding.UTF8.GetString(buffer, 0, count);
        Note(operation, status, int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), "null");
        return answer;
    }

    private void Note(string operation, int wanted, int got, string body)
    {
        Called.Add(operation);
        if (got != wanted)
        {
            Faults.Add($"{operation}: {got} instead of {wanted}: {body}");
            return;
        }

        Faults.AddRange(schema.Faults(operation, got, body).Select(fault => $"{operation} ({got}): {fault}"));
    }
}
