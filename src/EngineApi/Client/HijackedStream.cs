namespace Wharf.EngineApi.Client;

/// <summary>A connection that has left HTTP: raw bytes both ways, read by one thread and written by one other.</summary>
public sealed class HijackedStream : IDisposable
{
    private readonly Connection connection;

    internal HijackedStream(Connection connection) => this.connection = connection;

    /// <summary>0 at the end.</summary>
    public int Read(Span<byte> bytes) => connection.Read(bytes);

    public void Write(ReadOnlySpan<byte> bytes) => connection.Write(bytes);

    /// <summary>Nothing more will be written; what the other side still says can be read.</summary>
    public void CloseWrite() => connection.CloseWrite();

    /// <summary>Ends both directions: who reads, on another thread, gets the end.</summary>
    public void Abort() => connection.Abort();

    public void Dispose() => connection.Dispose();
}
