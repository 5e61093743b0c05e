using System.Text.Json;
using Wharf.Daemon.Networks;
using Wharf.EngineApi.Containers;
using Xunit;

namespace Wharf.Daemon.Tests.Networks;

public sealed class PortRequestTests
{
    [Theory]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostPort":"8080"}]}}""", "tcp 80 any 8080-8080")]
    [InlineData("""{"PortBindings":{"80":[{"HostIp":"127.0.0.1","HostPort":"8000-8010"}]}}""", "tcp 80 127.0.0.1 8000-8010")]
    [InlineData("""{"PortBindings":{"53/UDP":[{"HostIp":"::1","HostPort":""}]}}""", "udp 53 ::1 0-0")]
    [InlineData("""{"PortBindings":{"80/sctp":null}}""", "sctp 80 any 0-0")]
    [InlineData("""{"PublishAllPorts":true,"PortBindings":{"80/tcp":[{"HostPort":"1"}]}}""", "tcp 80 any 1-1, tcp 443 any 0-0")]
    public void Ports_are_read(string host, string expected) => Assert.Equal(
        expected,
        string.Join(", ", Parse(host, "443/tcp", "80/tcp").Select(one => $"{one.Protocol} {one.Port} {one.HostAddress?.ToString() ?? "any"} {one.First}-{one.Last}")));

    [Theory]
    [InlineData("""{"PortBindings":{"x/tcp":[]}}""")]
    [InlineData("""{"PortBindings":{"80/icmp":[]}}""")]
    [InlineData("""{"PortBindings":{"0/tcp":[]}}""")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostPort":"9-8"}]}}""")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostPort":"70000"}]}}""")]
    [InlineData("""{"PortBindings":{"80/tcp":[{"HostIp":"nowhere","HostPort":"8"}]}}""")]
    public void What_is_no_port_is_refused(string host) =>
        Assert.Equal(EngineErrorKind.InvalidParameter, Assert.Throws<EngineException>(() => Parse(host)).Kind);

    private static IReadOnlyList<PortRequest> Parse(string host, params string[] exposed) => PortRequest.Parse(
        JsonSerializer.Deserialize(host, ContainersJson.Default.HostConfig)!,
        new ContainerConfig { ExposedPorts = exposed.ToDictionary(one => one, _ => new EmptyValue()) });
}
