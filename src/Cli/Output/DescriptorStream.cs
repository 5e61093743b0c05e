using Wharf.Linux;

namespace Wharf.Cli.Output;

/// <summary>A descriptor read as a stream.</summary>
internal sealed class DescriptorStream(FileDescriptor descriptor, string name) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        while (true)
        {
            if (Files.TryRead(descriptor, buffer.AsSpan(offset, count), name) is { } got)
            {
                return got;
            }

            Poll.Readable(-1, descriptor);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
