using Wharf.Daemon.Networks;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class ResolverConfigurationTests
{
    [Fact]
    public void Servers_out_of_reach_are_left_out() => Assert.Equal(
        "nameserver 192.0.2.1\nsearch a.example b.example\noptions ndots:2\n",
        ResolverConfiguration.ForOwnNetwork("# of the host\nnameserver 127.0.0.1\nnameserver\t192.0.2.1\nnameserver ::1\nnameserver 2001:db8::1\nnameserver\nsearch old\nsearch a.example b.example\noptions ndots:2\n", [], [], []));

    [Theory]
    [InlineData("")]
    [InlineData("nameserver 127.0.0.53\n")]
    public void Without_any_server_dockers_are_taken(string host) =>
        Assert.Equal("nameserver 8.8.8.8\nnameserver 8.8.4.4\n", ResolverConfiguration.ForOwnNetwork(host, [], [], []));

    [Fact]
    public void What_the_user_gives_takes_the_hosts_place() => Assert.Equal(
        "nameserver 127.0.0.9\noptions use-vc\n",
        ResolverConfiguration.ForOwnNetwork("nameserver 192.0.2.1\nsearch a\noptions b\n", ["127.0.0.9"], ["."], ["use-vc"]));

    [Fact]
    public void On_the_hosts_network_the_hosts_file_stays_as_it_is()
    {
        const string host = "# mine\nnameserver 127.0.0.53\n";
        Assert.Equal(host, ResolverConfiguration.ForHostNetwork(host, [], [], []));
        Assert.Equal("nameserver 127.0.0.53\nsearch x\n", ResolverConfiguration.ForHostNetwork(host, [], ["x"], []));
    }
}
