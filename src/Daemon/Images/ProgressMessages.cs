using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;

namespace Wharf.Daemon.Images;

/// <summary>
/// The JSON messages in which docker tells the progress of pull, load and import: one object a line. Messages never wait for a slow
/// client; progress in bytes is thinned, statuses are all kept.
/// </summary>
internal sealed class ProgressMessages : IAsyncDisposable
{
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(100);
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, long> _lastTold = [];
    private readonly Stream _output;
    private readonly Task _writing;
    private volatile bool _started;

    public ProgressMessages(Stream output)
    {
        _output = output;
        _writing = WriteAsync();
    }

    /// <summary>Something was said: from now on an error is a message too, for the status line is gone.</summary>
    public bool HasStarted => _started;

    public void Status(string status, string? id = null) => Tell(writer =>
    {
        writer.WriteString("status", status);
        if (id is not null)
        {
            writer.WriteString("id", id);
        }
    });

    /// <summary>A status of one layer without figures.</summary>
    public void Layer(string id, string status) => Tell(writer =>
    {
        writer.WriteString("status", status);
        writer.WriteStartObject("progressDetail");
        writer.WriteEndObject();
        writer.WriteString("id", id);
    });

    public void Layer(string id, string status, long current, long total)
    {
        lock (_lastTold)
        {
            long now = Environment.TickCount64;
            if (current < total && _lastTold.TryGetValue(id, out long last) && now - last < Spacing.TotalMilliseconds)
            {
                return;
            }

            _lastTold[id] = now;
        }

        Tell(writer =>
        {
            writer.WriteString("status", status);
            writer.WriteStartObject("progressDetail");
            writer.WriteNumber("current", current);
            writer.WriteNumber("total", total);
            writer.WriteEndObject();
            writer.WriteString("id", id);
        });
    }

    /// <summary>A text for people, as load prints it.</summary>
    public void Text(string text) => Tell(writer => writer.WriteString("stream", text));

    /// <summary>What a push has made, for programs.</summary>
    public void Aux(string tag, string digest, long size) => Tell(writer =>
    {
        writer.WriteStartObject("aux");
        writer.WriteString("Tag", tag);
        writer.WriteString("Digest", digest);
        writer.WriteNumber("Size", size);
        writer.WriteEndObject();
    });

    public void Error(string message) => Tell(writer =>
    {
        writer.WriteStartObject("errorDetail");
        writer.WriteString("message", message);
        writer.WriteEndObject();
        writer.WriteString("error", message);
    });

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private void Tell(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            body(writer);
            writer.WriteEndObject();
        }

        _started = true;
        _lines.Writer.TryWrite([.. buffer.WrittenSpan, (byte)'\r', (byte)'\n']);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_lines.Reader.TryRead(out byte[]? line))
                {
                    await _output.WriteAsync(line).ConfigureAwait(false);
                }

                await _output.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client went away; what it asked for ends by its own token.
            _lines.Writer.TryComplete();
        }
    }
}
