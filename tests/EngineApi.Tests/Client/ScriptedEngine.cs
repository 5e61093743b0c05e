using System.Net.Sockets;
using System.Text;

namespace Wharf.EngineApi.Tests.Client;

/// <summary>Answers each connection with given bytes, whatever is asked, and ends it.</summary>
internal sealed class ScriptedEngine : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-api-").FullName;
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Thread thread;

    public ScriptedEngine(params byte[][] answers)
    {
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen(10);
        thread = new Thread(() =>
        {
            try
            {
                foreach (byte[] answer in answers)
                {
                    using Socket connection = listener.Accept();
                    byte[] request = new byte[65536];
                    int count = connection.Receive(request);
                    Requests.Add(Encoding.UTF8.GetString(request, 0, count));
                    connection.Send(answer);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The test is over, or its client has gone.
            }
        })
        { IsBackground = true };
        thread.Start();
    }

    public string Path => System.IO.Path.Combine(folder, "s");

    public string Host => "unix://" + Path;

    public List<string> Requests { get; } = [];

    public static ScriptedEngine Answering(params string[] answers) => new([.. answers.Select(Encoding.UTF8.GetBytes)]);

    public void Dispose()
    {
        listener.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
