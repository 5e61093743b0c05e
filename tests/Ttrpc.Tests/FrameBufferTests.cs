namespace Wharf.Ttrpc.Tests;

/// <summary>Frames come whole out of bytes that come in any pieces.</summary>
public sealed class FrameBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    public void Pieces_of_any_size_give_the_same_frames(int piece)
    {
        byte[][] messages = [[], [1], new byte[5000], [2, 3], new byte[300_000], [4]];
        byte[] stream = [.. messages.SelectMany((message, index) => TtrpcFrame.Of((uint)index, FrameType.Data, message))];
        var frames = new FrameBuffer();
        var taken = new List<(uint Stream, byte[] Message)>();
        foreach (byte[] part in stream.Chunk(piece))
        {
            frames.Append(part);
            while (frames.TryTake(out FrameHeader header, out byte[] message))
            {
                taken.Add((header.Stream, message));
            }
        }

        Assert.Equal(messages.Select((message, index) => ((uint)index, message.Length)), taken.Select(frame => (frame.Stream, frame.Message.Length)));
        Assert.All(taken.Zip(messages), pair => Assert.Equal(pair.Second, pair.First.Message));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(10_000_000)]
    public void A_frame_that_is_too_long_is_passed_over(int piece)
    {
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(FrameHeader.LengthLimit + 1, 1, FrameType.Request, 0).Write(header);
        byte[] stream = [.. header, .. new byte[FrameHeader.LengthLimit + 1], .. TtrpcFrame.Of(3, FrameType.Request, [7])];
        var frames = new FrameBuffer();
        var taken = new List<(uint Stream, bool TooLong, int Length)>();
        foreach (byte[] part in stream.Chunk(piece))
        {
            frames.Append(part);
            while (frames.TryTake(out FrameHeader one, out byte[] message))
            {
                taken.Add((one.Stream, one.IsTooLong, message.Length));
            }
        }

        Assert.Equal([(1u, true, 0), (3u, false, 1)], taken);
    }
}
