using System.Net;
using System.Security.Cryptography;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Registry;

/// <summary>
/// A blob that is read as it arrives. Broken, stalled and truncated transfers are taken up again where they stopped;
/// a registry that brings nothing several times in a row, or the wrong bytes, ends the stream with a <see cref="RegistryException"/>.
/// </summary>
public sealed class BlobStream : Stream
{
    private readonly RegistryRepository _repository;
    private readonly RegistryOptions _options;
    private readonly Descriptor _descriptor;
    private readonly IncrementalHash? _hash;
    private HttpResponseMessage? _response;
    private Stream? _body;
    private long _position;
    private int _failures;
    private bool _ended;

    internal BlobStream(RegistryRepository repository, RegistryOptions options, Descriptor descriptor, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, descriptor.Size);
        _repository = repository;
        _options = options;
        _descriptor = descriptor;
        _position = offset;
        // Whoever starts in the middle holds the first part, and has to verify the whole.
        _hash = offset == 0 ? descriptor.Digest.CreateHash() : null;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _descriptor.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _ended)
        {
            return 0;
        }

        while (_position < _descriptor.Size)
        {
            try
            {
                _body ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                int count = await ReadSomeAsync(_body, buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new RegistryException(RegistryErrorKind.Unreachable, $"registry stopped after {_position} of {_descriptor.Size} bytes");
                }

                if (count > _descriptor.Size - _position)
                {
                    throw new RegistryException(RegistryErrorKind.Malformed, $"registry sent more than the {_descriptor.Size} bytes that the manifest says");
                }

                _failures = 0;
                _position += count;
                _hash?.AppendData(buffer.Span[..count]);
                return count;
            }
            catch (RegistryException error)
            {
                Close();
                if (!error.IsTransient || ++_failures >= _options.Attempts)
                {
                    string tries = _failures > 1 ? $" ({_failures} attempts)" : "";
                    throw new RegistryException(error.Kind, $"fetch blob {_descriptor.Digest}: {error.Message}{tries}", error);
                }

                await Task.Delay(_options.DelayBefore(_failures + 1, error.RetryAfter), cancellationToken).ConfigureAwait(false);
            }
        }

        _ended = true;
        Close();
        if (_hash is not null && Digest.Of(_hash) is var actual && actual != _descriptor.Digest)
        {
            throw new RegistryException(
                RegistryErrorKind.Malformed,
                $"verify blob {_descriptor.Digest}: filesystem layer verification failed: content has digest {actual}");
        }

        return 0;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("a blob is read asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private new void Close()
    {
        _body?.Dispose();
        _response?.Dispose();
        _body = null;
        _response = null;
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellation)
    {
        _response = await _repository.OpenBlobOnceAsync(_descriptor.Digest, _position, cancellation).ConfigureAwait(false);
        bool partial = _response.StatusCode == HttpStatusCode.PartialContent;
        if (partial && _response.Content.Headers.ContentRange?.From != _position)
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"registry answered range \"{_response.Content.Headers.ContentRange}\" to a request from byte {_position}");
        }

        if (_response.Content.Headers.ContentLength is { } length && length != _descriptor.Size - (partial ? _position : 0))
        {
            throw new RegistryException(RegistryErrorKind.Malformed, $"registry has {length} bytes where the manifest says {_descriptor.Size - (partial ? _position : 0)}");
        }

        Stream body = await _response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        if (!partial && _position > 0)
        {
            // A registry without ranges starts again: what is here already is read and dropped.
            byte[] dropped = new byte[64 << 10];
            for (long left = _position; left > 0;)
            {
                int count = await ReadSomeAsync(body, dropped.AsMemory(0, (int)Math.Min(left, dropped.Length)), cancellation).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new RegistryException(RegistryErrorKind.Unreachable, $"registry stopped after {_position - left} of {_descriptor.Size} bytes");
                }

                left -= count;
            }
        }

        return body;
    }

    private async Task<int> ReadSomeAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stalled.CancelAfter(_options.StallLimit);
        try
        {
            return await body.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryException(
                RegistryErrorKind.Unreachable,
                $"registry sent nothing for {_options.StallLimit.TotalSeconds:0.#} seconds after {_position} of {_descriptor.Size} bytes",
                error);
        }
        catch (Exception error) when (error is IOException or HttpRequestException)
        {
            throw new RegistryException(
                RegistryErrorKind.Unreachable,
                $"connection broke after {_position} of {_descriptor.Size} bytes: {RegistryTransport.Cause(error, _response!.RequestMessage!.RequestUri!)}",
                error);
        }
    }
}
