using System.Text;
using CsCheck;
using Wharf.EngineApi.Client;

namespace Wharf.EngineApi.Tests.Client;

public sealed class StreamFramesTests
{
    [Fact]
    public void Both_streams_are_told_apart_however_they_are_cut() =>
        Gen.Int[1, 7].Sample(step =>
        {
            byte[] bytes = [1, 0, 0, 0, 0, 0, 0, 3, .. "out"u8, 2, 0, 0, 0, 0, 0, 0, 5, .. "error"u8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'!'];
            var output = new StringBuilder();
            var error = new StringBuilder();
            int position = 0;
            StreamFrames.Copy(
                into =>
                {
                    int count = Math.Min(Math.Min(step, into.Length), bytes.Length - position);
                    bytes.AsSpan(position, count).CopyTo(into);
                    position += count;
                    return count;
                },
                (isError, part) => (isError ? error : output).Append(Encoding.UTF8.GetString(part)));
            Assert.Equal(("out!", "error"), (output.ToString(), error.ToString()));
        });

    [Theory]
    [InlineData(new byte[] { 1, 0, 0 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 1, 1, 0, 0, 0, 0, 0, 0 })]
    public void What_is_no_frame_is_an_error(byte[] bytes)
    {
        var stream = new MemoryStream(bytes);
        Assert.Throws<ProtocolException>(() => StreamFrames.Copy(stream.Read, (_, _) => { }));
    }
}
