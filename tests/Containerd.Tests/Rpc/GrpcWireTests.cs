using CsCheck;
using Wharf.ContainerdApi.Grpc;

namespace Wharf.Containerd.Tests.Rpc;

public sealed class GrpcWireTests
{
    [Fact]
    public void Any_text_comes_back_from_a_header() =>
        Gen.String.Select(text => new string([.. text.Where(character => !char.IsSurrogate(character))])).Sample(text =>
        {
            string header = GrpcWire.EncodeMessage(text);
            return header.All(character => character is >= ' ' and <= '~') && GrpcWire.DecodeMessage(header) == text;
        });

    [Theory]
    [InlineData("100n", 0)]
    [InlineData("500m", 500)]
    [InlineData("2S", 2000)]
    [InlineData("1M", 60_000)]
    [InlineData("1H", 3_600_000)]
    public void A_limit_is_read(string header, int milliseconds) =>
        Assert.Equal(milliseconds, (int)GrpcWire.ParseTimeout(header)!.Value.TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1m")]
    [InlineData("123456789m")]
    [InlineData("5x")]
    [InlineData("1.5S")]
    public void What_is_no_limit_is_none(string header) => Assert.Null(GrpcWire.ParseTimeout(header));

    [Fact]
    public void A_limit_comes_back_at_least_as_long() =>
        Gen.Long[0, TimeSpan.FromDays(1000).Ticks].Sample(ticks =>
        {
            var limit = TimeSpan.FromTicks(ticks);
            string header = GrpcWire.FormatTimeout(limit);
            TimeSpan read = GrpcWire.ParseTimeout(header)!.Value;
            return header.Length <= 9 && read >= limit && read - limit <= TimeSpan.FromMinutes(1);
        });
}
