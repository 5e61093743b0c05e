using Wharf.Daemon.Networks;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class LinkVariablesTests
{
    [Fact]
    public void A_link_tells_name_ports_and_environment_of_the_other() => Assert.Equal(
        [
            "THE_DB_PORT=tcp://172.17.0.2:53", "THE_DB_PORT_53_TCP=tcp://172.17.0.2:53", "THE_DB_PORT_53_TCP_ADDR=172.17.0.2", "THE_DB_PORT_53_TCP_PORT=53", "THE_DB_PORT_53_TCP_PROTO=tcp",
            "THE_DB_PORT_5432_UDP=udp://172.17.0.2:5432", "THE_DB_PORT_5432_UDP_ADDR=172.17.0.2", "THE_DB_PORT_5432_UDP_PORT=5432", "THE_DB_PORT_5432_UDP_PROTO=udp",
            "THE_DB_NAME=/web/the-db", "THE_DB_ENV_USER=a=b",
        ],
        LinkVariables.Of("/web/the-db", "172.17.0.2", ["5432/udp", "53/tcp"], ["PATH=/bin", "USER=a=b", "HOME=/", "empty"]));

    [Fact]
    public void Without_ports_there_is_a_name() => Assert.Equal(["DB_NAME=/web/db"], LinkVariables.Of("/web/db", "172.17.0.2", [], []));
}
