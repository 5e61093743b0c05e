using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Wharf.Harness;

/// <summary>A registry on loopback that serves what a test puts in, and misbehaves where the test's script says so.</summary>
public sealed class ScriptedRegistry : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly Task _accepting;

    public ScriptedRegistry()
    {
        _listener.Start();
        Authority = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>Host and port, as in a reference.</summary>
    public string Authority { get; }

    /// <summary>Content by digest.</summary>
    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new();

    /// <summary>Media type and content by "repository:tag" and "repository@digest".</summary>
    public ConcurrentDictionary<string, (string MediaType, byte[] Content)> Manifests { get; } = new();

    /// <summary>Looks at each request first; null leaves it to the registry.</summary>
    public Func<ScriptedRequest, ScriptedAnswer?>? Script { get; set; }

    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    public string AddBlob(byte[] content)
    {
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
        Blobs[digest] = content;
        return digest;
    }

    /// <summary>Makes a manifest or index known by its digest and, when one is given, by a tag.</summary>
    public string AddManifest(string repository, string? tag, string mediaType, string content)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        Manifests[$"{repository}@{digest}"] = (mediaType, bytes);
        if (tag is not null)
        {
            Manifests[$"{repository}:{tag}"] = (mediaType, bytes);
        }

        return digest;
    }

    public void Dispose()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        _end.Cancel();
        _listener.Stop();
        Task.WaitAll([_accepting, .. _connections], TimeSpan.FromSeconds(10));
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                while (await ReadRequestAsync(stream) is { } request)
                {
                    _requests.Enqueue(request);
                    ScriptedAnswer answer = Script?.Invoke(request) ?? Serve(request);
                    if (!await WriteAsync(stream, request, answer))
                    {
                        return;
                    }
                }
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, or the test is over.
            }
        }
    }

    private async Task<ScriptedRequest?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        byte[] one = new byte[1];
        while (!(head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n'))
        {
            if (await stream.ReadAsync(one, _end.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
            // A client that tries TLS first is told that this is not TLS.
            if (head.Count == 1 && !char.IsAsciiLetterUpper((char)one[0]))
            {
                return null;
            }
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            string[] parts = line.Split(':', 2);
            headers[parts[0]] = headers.TryGetValue(parts[0], out string? before) ? $"{before}, {parts[1].Trim()}" : parts[1].Trim();
        }

        byte[] body = new byte[headers.TryGetValue("Content-Length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _end.Token);
        return new ScriptedRequest(first[0], first[1], headers, Encoding.UTF8.GetString(body));
    }

    private ScriptedAnswer Serve(ScriptedRequest request)
    {
        string path = Uri.UnescapeDataString(request.Path.Split('?')[0]);
        if (path == "/v2/")
        {
            return new ScriptedAnswer(200) { Body = "{}"u8.ToArray() };
        }

        if (path.IndexOf("/manifests/", StringComparison.Ordinal) is var manifests and > 0)
        {
            string reference = path[(manifests + "/manifests/".Length)..];
            string key = path["/v2/".Length..manifests] + (reference.Contains(':', StringComparison.Ordinal) ? "@" : ":") + reference;
            return Manifests.TryGetValue(key, out (string MediaType, byte[] Content) manifest)
                ? new ScriptedAnswer(200)
                {
                    Body = manifest.Content,
                    Headers =
                    [
                        ("Content-Type", manifest.MediaType),
                        ("Docker-Content-Digest", "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest.Content))),
                    ],
                }
                : ScriptedAnswer.Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
        }

        if (path.IndexOf("/blobs/", StringComparison.Ordinal) is var blobs and > 0 && Blobs.TryGetValue(path[(blobs + "/blobs/".Length)..], out byte[]? blob))
        {
            if (request.RangeStart is { } start)
            {
                return start >= blob.Length
                    ? new ScriptedAnswer(416)
                    : new ScriptedAnswer(206) { Body = blob[start..], Headers = [("Content-Range", $"bytes {start}-{blob.Length - 1}/{blob.Length}")] };
            }

            return new ScriptedAnswer(200) { Body = blob };
        }

        return ScriptedAnswer.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");
    }

    /// <summary>False when the connection has to close.</summary>
    private async Task<bool> WriteAsync(NetworkStream stream, ScriptedRequest request, ScriptedAnswer answer)
    {
        if (answer.Silent)
        {
            await Task.Delay(Timeout.Infinite, _end.Token);
        }

        var head = new StringBuilder($"HTTP/1.1 {answer.Status} Scripted\r\nContent-Length: {answer.ClaimedLength ?? answer.Body.Length}\r\n");
        foreach ((string name, string value) in answer.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _end.Token);
        if (request.Method == "HEAD")
        {
            return true;
        }

        int count = Math.Min(answer.CutAfter ?? answer.StallAfter ?? answer.Body.Length, answer.Body.Length);
        await stream.WriteAsync(answer.Body.AsMemory(0, count), _end.Token);
        if (answer.StallAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, _end.Token);
        }

        return answer.CutAfter is null;
    }
}
