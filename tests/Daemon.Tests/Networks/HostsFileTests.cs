using Wharf.Daemon.Networks;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class HostsFileTests
{
    [Fact]
    public void The_container_and_the_users_names_follow_the_usual_ones() => Assert.EndsWith(
        "ff02::2\tip6-allrouters\n192.0.2.9\tdb\n172.17.0.1\thost\n2001:db8::1\tsix\n172.17.0.2\tweb.example web\n",
        HostsFile.ForOwnNetwork(["db:192.0.2.9", "host:host-gateway", "six:[2001:db8::1]"], "172.17.0.1", ["172.17.0.2"], "web", "example"),
        StringComparison.Ordinal);

    [Fact]
    public void Without_an_address_the_container_has_no_line() =>
        Assert.EndsWith("ip6-allrouters\n", HostsFile.ForOwnNetwork([], "", [], "web", ""), StringComparison.Ordinal);

    [Theory]
    [InlineData("db")]
    [InlineData("db:")]
    [InlineData(":192.0.2.9")]
    [InlineData("db:nowhere")]
    [InlineData("a\nb:192.0.2.9")]
    public void An_entry_that_is_none_is_refused(string entry) =>
        Assert.Equal($"invalid extra host \"{entry}\": NAME:ADDRESS is wanted", Assert.Throws<EngineException>(() => HostsFile.ForOwnNetwork([entry], "", [], "web", "")).Message);

    [Fact]
    public void The_hosts_gateway_needs_a_bridge() =>
        Assert.Equal("unable to derive the IP value for host-gateway", Assert.Throws<EngineException>(() => HostsFile.ForOwnNetwork(["h:host-gateway"], "", [], "web", "")).Message);
}
