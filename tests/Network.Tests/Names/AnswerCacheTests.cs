using Wharf.Network.Names;
using Xunit;

namespace Wharf.Network.Tests.Names;

public sealed class AnswerCacheTests
{
    // x. A, one answer for 60 seconds.
    private static readonly byte[] Answer = Convert.FromHexString("000181800001000100000000017800" + "00010001" + "c00c000100010000003c00047f000001");

    [Fact]
    public void An_answer_is_kept_for_its_lifetime_and_grows_old()
    {
        var clock = new Clock();
        var cache = new AnswerCache(clock);
        DnsMessage question = DnsMessage.Read(Answer)! with { Id = 7 };
        cache.Keep("9.9.9.9", question, Answer);
        clock.Seconds = 20;
        byte[] found = cache.Find("9.9.9.9", question)!;
        Assert.Equal((7, 40), (found[1], found[^7]));
        Assert.Null(cache.Find("8.8.8.8", question));
        Assert.Null(cache.Find("9.9.9.9", question with { Type = DnsMessage.TypeAaaa }));
        clock.Seconds = 60;
        Assert.Null(cache.Find("9.9.9.9", question));
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
