namespace Wharf.Daemon.Http;

/// <summary>A client that is joined to the streams of a process.</summary>
internal interface IAttachedClient
{
    /// <summary>False when the client is gone.</summary>
    ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>The next bytes of the client; empty when it has nothing more to say.</summary>
    ValueTask<byte[]> ReadAsync(CancellationToken cancellation);
}
