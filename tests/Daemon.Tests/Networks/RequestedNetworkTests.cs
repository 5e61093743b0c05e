using System.Text.Json;
using Wharf.Daemon.Networks;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Tests.Networks;

public sealed class RequestedNetworkTests
{
    [Theory]
    [InlineData("{}", "bridge", "")]
    [InlineData("{\"MacAddress\":\"02:42:AC:11:00:09\"}", "bridge", "02:42:ac:11:00:09")]
    [InlineData("{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"MacAddress\":\"02-42-ac-11-00-08\"}}}}", "bridge", "02:42:ac:11:00:08")]
    [InlineData("{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":null}}}", "bridge", "")]
    [InlineData("{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"IPAMConfig\":{}}}}}", "bridge", "")]
    public void A_hardware_address_is_taken_from_either_place(string request, string mode, string mac) => Assert.Equal(mac, Assert.Single(RequestedNetwork.Endpoints(Read(request), mode, name => name)).Requested.MacAddress);

    [Theory]
    [InlineData("{\"MacAddress\":\"02:42\"}", "bridge", "invalid MAC address \"02:42\"")]
    [InlineData("{\"MacAddress\":\"03:42:ac:11:00:09\"}", "bridge", "invalid MAC address")]
    [InlineData("{\"MacAddress\":\"02:42:ac:11:00:09\"}", "host", "conflicting options: mac-address and the network mode")]
    [InlineData("{\"MacAddress\":\"02:42:ac:11:00:09\"}", "container:x", "conflicting options: mac-address and the network mode")]
    [InlineData("{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"IPAMConfig\":{\"IPv4Address\":\"10.0.0.9\"}}}}}", "bridge", "user specified IP address is supported on user defined networks only")]
    [InlineData("{\"NetworkingConfig\":{\"EndpointsConfig\":{\"bridge\":{\"Aliases\":[\"www\"]}}}}", "bridge", "network-scoped aliases are only supported for user-defined networks")]
    public void What_a_network_cannot_give_is_refused(string request, string mode, string message) =>
        Assert.Contains(message, Assert.Throws<EngineException>(() => RequestedNetwork.Endpoints(Read(request), mode, name => name)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_network_of_the_mode_is_first_and_ids_become_names()
    {
        IReadOnlyList<ContainerEndpoint> ends = RequestedNetwork.Endpoints(
            Read("""{"NetworkingConfig":{"EndpointsConfig":{"abc":{"Aliases":["db"]},"back":{"IPAMConfig":{"IPv4Address":"10.9.0.9"},"GwPriority":5}}}}"""),
            "back",
            name => name == "abc" ? "front" : name);
        Assert.Equal(["back", "front"], ends.Select(one => one.Network));
        Assert.Equal(("10.9.0.9", 5), (ends[0].Requested.IPAMConfig!.IPv4Address, ends[0].Requested.GwPriority));
        Assert.Equal(["db"], ends[1].Requested.Aliases);
    }

    [Fact]
    public void Null_is_taken_where_gos_decoder_takes_it()
    {
        CreateRequest request = Read("""{"Image":"x","Tty":null,"Env":null,"HostConfig":{"Memory":null,"Privileged":null,"OomScoreAdj":null,"PidsLimit":null,"RestartPolicy":{"Name":null,"MaximumRetryCount":null},"Ulimits":[{"Name":"nofile","Soft":null,"Hard":5}]} }""");

        Assert.False(request.Tty);
        Assert.Equal((0L, false, 0, (long?)null), (request.HostConfig!.Memory, request.HostConfig.Privileged, request.HostConfig.OomScoreAdj, request.HostConfig.PidsLimit));
        Assert.Equal((0, 5L), (request.HostConfig.RestartPolicy!.MaximumRetryCount, request.HostConfig.Ulimits![0].Hard));
    }

    private static CreateRequest Read(string json) => JsonSerializer.Deserialize(json, ContainersJson.Default.CreateRequest)!;
}
