using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Wharf.Daemon.Http;

/// <summary>
/// An answer that is kept back until somebody has judged it: a document as a whole; of what is streamed, and of what is no document,
/// status and headers, before the first byte is sent.
/// </summary>
/// <param name="judge">Gets the body, null when it was not kept; throws when the answer must not be sent.</param>
internal sealed class WithheldAnswer(HttpContext context, IHttpResponseBodyFeature inner, int largest, Func<byte[]?, Task> judge) : Stream, IHttpResponseBodyFeature
{
    private readonly MemoryStream kept = new();
    private bool released;
    private PipeWriter? writer;

    public Stream Stream => this;

    public PipeWriter Writer => writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void DisableBuffering() => inner.DisableBuffering();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await ReleaseAsync(whole: false, cancellationToken).ConfigureAwait(false);
        await inner.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public async Task CompleteAsync()
    {
        await FinishAsync(CancellationToken.None).ConfigureAwait(false);
        await inner.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>The handler has ended: what it wrote is judged as a whole, and sent.</summary>
    internal Task FinishAsync(CancellationToken cancellation) => ReleaseAsync(whole: true, cancellation);

    /// <summary>Forgets what was kept: another answer takes its place, and nobody judges that one.</summary>
    internal void Replace()
    {
        released = true;
        kept.SetLength(0);
        context.Features.Set(inner);
        context.Response.Clear();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!released && (!IsDocument() || kept.Length + buffer.Length > largest))
        {
            await ReleaseAsync(whole: false, cancellationToken).ConfigureAwait(false);
        }

        if (released)
        {
            await inner.Stream.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            kept.Write(buffer.Span);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Who flushes wants to be read now: it is a stream.</summary>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await ReleaseAsync(whole: false, cancellationToken).ConfigureAwait(false);
        await inner.Stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool IsDocument() => context.Response.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true;

    private async Task ReleaseAsync(bool whole, CancellationToken cancellation)
    {
        if (released)
        {
            return;
        }

        byte[] body = kept.ToArray();
        await judge(body.Length > 0 || whole ? body : null).ConfigureAwait(false);
        released = true;
        if (body.Length > 0)
        {
            await inner.Stream.WriteAsync(body, cancellation).ConfigureAwait(false);
        }
    }
}
