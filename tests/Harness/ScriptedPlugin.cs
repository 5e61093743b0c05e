using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Wharf.Harness;

/// <summary>A plug-in of docker's older protocol, in the folder where engines look for them: it answers by a function of method and request, and keeps what it was asked.</summary>
public sealed class ScriptedPlugin : IDisposable
{
    private const string Folder = "/run/docker/plugins";
    private readonly Func<string, JsonElement, string> answer;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<string> called = [];

    /// <param name="answer">Gets the method ("Plugin.Activate") and the request; the answer in JSON.</param>
    public ScriptedPlugin(string name, Func<string, JsonElement, string> answer)
    {
        this.answer = answer;
        Name = name;
        Directory.CreateDirectory(Folder);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public string Name { get; }

    /// <summary>The methods, in the order of the calls.</summary>
    public IReadOnlyList<string> Called
    {
        get
        {
            lock (called)
            {
                return [.. called];
            }
        }
    }

    private string SocketPath => Path.Combine(Folder, Name + ".sock");

    public void Dispose()
    {
        listener.Dispose();
        File.Delete(SocketPath);
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                Socket client = listener.Accept();
                new Thread(() => Talk(client)) { IsBackground = true }.Start();
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private void Talk(Socket client)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { Length: > 0 } request)
        {
            int length = 0;
            while (reader.ReadLine() is { Length: > 0 } header)
            {
                if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                {
                    length = int.Parse(header.Split(':')[1], CultureInfo.InvariantCulture);
                }
            }

            char[] body = new char[length];
            reader.ReadBlock(body);
            string method = request.Split(' ')[1].TrimStart('/');
            lock (called)
            {
                called.Add(method);
            }

            using JsonDocument document = JsonDocument.Parse(new string(body));
            string text = answer(method, document.RootElement);
            stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {text.Length}\r\n\r\n{text}")));
        }
    }
}
