using Wharf.Daemon.Images;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Tests.Images;

public sealed class ImageChangesTests
{
    [Fact]
    public void Instructions_change_the_config()
    {
        ImageConfig config = ImageChanges.Apply(new ImageConfig { Env = ["A=old", "B=kept"], WorkingDir = "/srv" }, [
            "CMD [\"a\", \"b c\"]", "entrypoint run it", "ENV A=new C=\"x y\"", "LABEL one=1 two='2 3'", "EXPOSE 80 53/udp", "VOLUME /v /w", "USER 5:6", "WORKDIR sub", "STOPSIGNAL SIGINT",
            "HEALTHCHECK --interval=5s --retries=2 CMD test -e /x", "ONBUILD RUN y",
        ]);

        Assert.Equal(["a", "b c"], config.Cmd);
        Assert.Equal(["/bin/sh", "-c", "run it"], config.Entrypoint);
        Assert.Equal(["B=kept", "A=new", "C=x y"], config.Env);
        Assert.Equal("2 3", config.Labels!["two"]);
        Assert.Equal(["80/tcp", "53/udp"], config.ExposedPorts!.Keys);
        Assert.Equal(["/v", "/w"], config.Volumes!.Keys);
        Assert.Equal(("5:6", "/srv/sub", "SIGINT"), (config.User, config.WorkingDir, config.StopSignal));
        Assert.Equal((5_000_000_000L, 2), (config.Healthcheck!.Interval, config.Healthcheck.Retries));
        Assert.Equal(["CMD-SHELL", "test -e /x"], config.Healthcheck.Test);
    }

    [Theory]
    [InlineData("RUN x", "RUN is not a valid change command")]
    [InlineData("ENV", "ENV requires at least one argument")]
    [InlineData("ENV A", "ENV must have two arguments")]
    [InlineData("EXPOSE x", "invalid containerPort: x")]
    [InlineData("HEALTHCHECK --interval=z CMD x", "time: invalid duration \"z\"")]
    public void Others_are_refused(string change, string message) =>
        Assert.Contains(message, Assert.Throws<EngineException>(() => ImageChanges.Apply(new ImageConfig(), [change])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1h30m", 5_400_000_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData("100ms", 100_000_000)]
    [InlineData("-2s", -2_000_000_000)]
    public void Durations_are_gos(string text, long nanoseconds) => Assert.Equal(nanoseconds, GoDuration.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5x")]
    public void Others_are_no_durations(string text) => Assert.Null(GoDuration.Parse(text));
}
