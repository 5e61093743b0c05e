namespace Wharf.Ttrpc;

/// <summary>Bytes of a connection on their way to whole frames.</summary>
public sealed class FrameBuffer
{
    private byte[] bytes = new byte[512];
    private int length;

    public void Append(ReadOnlySpan<byte> more)
    {
        if (length + more.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more.Length));
        }

        more.CopyTo(bytes.AsSpan(length));
        length += more.Length;
    }

    /// <summary>Takes the first whole frame out, if there is one.</summary>
    public bool TryTake(out FrameHeader header, out byte[] message)
    {
        header = default;
        message = [];
        if (length < FrameHeader.Size)
        {
            return false;
        }

        header = FrameHeader.Read(bytes);
        int end = FrameHeader.Size + header.Length;
        if (length < end)
        {
            return false;
        }

        message = bytes.AsSpan(FrameHeader.Size, header.Length).ToArray();
        bytes.AsSpan(end, length - end).CopyTo(bytes);
        length -= end;
        return true;
    }
}
