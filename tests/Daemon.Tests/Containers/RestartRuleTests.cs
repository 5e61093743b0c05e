using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Tests.Containers;

public sealed class RestartRuleTests
{
    [Theory]
    [InlineData("no", 0, 1, 0, false, false)]
    [InlineData("always", 0, 0, 9, false, true)]
    [InlineData("always", 0, 0, 9, true, false)]
    [InlineData("unless-stopped", 0, 1, 9, false, true)]
    [InlineData("unless-stopped", 0, 1, 9, true, false)]
    [InlineData("on-failure", 0, 0, 0, false, false)]
    [InlineData("on-failure", 0, 1, 9, false, true)]
    [InlineData("on-failure", 3, 1, 2, false, true)]
    [InlineData("on-failure", 3, 1, 3, false, false)]
    public void A_policy_says_who_starts_again(string name, int most, int code, int restarts, bool stopped, bool expected)
    {
        Assert.Equal(expected, RestartRule.StartsAgain(new RestartPolicy { Name = name, MaximumRetryCount = most }, code, restarts, stopped));
    }

    [Fact]
    public void The_pause_doubles_up_to_a_minute_and_begins_anew_after_a_good_run()
    {
        TimeSpan pause = TimeSpan.Zero;
        var seen = new List<double>();
        for (int number = 0; number < 12; number++)
        {
            pause = RestartRule.Pause(pause, TimeSpan.FromSeconds(1));
            seen.Add(pause.TotalSeconds);
        }

        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60], seen);
        Assert.Equal(TimeSpan.FromMilliseconds(100), RestartRule.Pause(pause, TimeSpan.FromSeconds(10)));
    }
}
