using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Wharf.Daemon.Http;

/// <summary>A connection after the answer to attach or exec start: raw bytes both ways.</summary>
internal sealed class HijackedStream : IAttachedClient
{
    private readonly PipeReader input;
    private readonly PipeWriter output;

    private HijackedStream(PipeReader input, PipeWriter output)
    {
        this.input = input;
        this.output = output;
    }

    /// <summary>
    /// Takes the connection and answers: 101 when the client asked to upgrade, else the older 200. What the server set of
    /// headers is sent along.
    /// </summary>
    internal static async Task<HijackedStream> TakeAsync(HttpContext context, bool multiplexed)
    {
        HijackableTransport transport = context.Features.Get<HijackableTransport>() ?? throw new EngineException(EngineErrorKind.System, "hijack: the connection cannot be taken");

        // A body that nobody read would be taken for the process's input: dockerode sends what it asks of an attach as one.
        if (context.Request.ContentLength > 0)
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted).ConfigureAwait(false);
        }

        bool upgrade = context.Request.Headers.Upgrade.Count > 0;
        string type = multiplexed ? "application/vnd.docker.multiplexed-stream" : "application/vnd.docker.raw-stream";
        (PipeReader input, PipeWriter output) = transport.Hijack();
        string head = upgrade
            ? $"HTTP/1.1 101 UPGRADED\r\nContent-Type: {type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            : $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n";
        string version = $"Api-Version: {context.Response.Headers["Api-Version"]}\r\nServer: {context.Response.Headers.Server}\r\nOstype: linux\r\n\r\n";
        await output.WriteAsync(Encoding.ASCII.GetBytes(head + version)).ConfigureAwait(false);
        return new HijackedStream(input, output);
    }

    /// <summary>False when the client is gone.</summary>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            FlushResult result = await output.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            return !result.IsCompleted;
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The next bytes of the client; empty when it has closed its half.</summary>
    public async ValueTask<byte[]> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            ReadResult result = await input.ReadAsync(cancellation).ConfigureAwait(false);
            byte[] bytes = result.Buffer.ToArray();
            input.AdvanceTo(result.Buffer.End);
            return bytes;
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            return [];
        }
    }
}
