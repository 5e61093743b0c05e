using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;

namespace Wharf.Cli.Tests.Containers;

public sealed class AttachedStreamsTests
{
    [Theory]
    [InlineData("", false, false, true, true)]
    [InlineData("-i", false, true, true, true)]
    [InlineData("-i", true, false, false, false)]
    [InlineData("-a stdout", false, false, true, false)]
    [InlineData("-a STDIN -a stderr", false, true, false, true)]
    public void Streams_are_those_asked_for(string words, bool detached, bool input, bool output, bool error) =>
        Assert.Equal(new AttachedStreams(input, output, error), AttachedStreams.Of(Flags(words), detached));

    [Fact]
    public void Another_stream_is_refused()
    {
        UsageException error = Assert.Throws<UsageException>(() => AttachedStreams.Of(Flags("-a stdlog"), detached: false));

        Assert.Equal("invalid argument \"stdlog\" for \"-a, --attach\" flag: valid streams are STDIN, STDOUT and STDERR", error.Message);
    }

    private static FlagValues Flags(string words)
    {
        var flags = new FlagValues();
        FlagParser.Parse([.. RunFlags.All], words.Split(' ', StringSplitOptions.RemoveEmptyEntries), interspersed: false, flags);
        return flags;
    }
}
