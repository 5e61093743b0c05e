namespace Wharf.Ttrpc;

/// <summary>Bytes of a connection on their way to whole frames.</summary>
public sealed class FrameBuffer
{
    private const int Usual = 512;
    private const int Kept = 64 * 1024;
    private byte[] bytes = new byte[Usual];
    private int start;
    private int end;
    private int unwanted;

    public void Append(ReadOnlySpan<byte> more)
    {
        int passed = Math.Min(unwanted, more.Length);
        unwanted -= passed;
        more = more[passed..];
        if (start > 0)
        {
            bytes.AsSpan(start, end - start).CopyTo(bytes);
            (start, end) = (0, end - start);
        }

        if (end + more.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, end + more.Length));
        }

        more.CopyTo(bytes.AsSpan(end));
        end += more.Length;
    }

    /// <summary>Takes the first whole frame out, if there is one; of a frame that is too long the header alone.</summary>
    public bool TryTake(out FrameHeader header, out byte[] message)
    {
        header = default;
        message = [];
        if (end - start < FrameHeader.Size)
        {
            return false;
        }

        header = FrameHeader.Read(bytes.AsSpan(start));
        int there = end - start - FrameHeader.Size;
        if (header.IsTooLong)
        {
            unwanted = Math.Max(0, header.Length - there);
            start += FrameHeader.Size + Math.Min(there, header.Length);
        }
        else if (there < header.Length)
        {
            return false;
        }
        else
        {
            message = bytes.AsSpan(start + FrameHeader.Size, header.Length).ToArray();
            start += FrameHeader.Size + header.Length;
        }

        if (start == end)
        {
            (start, end) = (0, 0);
            bytes = bytes.Length > Kept ? new byte[Usual] : bytes;
        }

        return true;
    }
}
