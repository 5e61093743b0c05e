namespace Wharf.Registry.Tests;

public sealed class RegistryEndpointTests
{
    private static readonly RegistryOptions Options = new() { InsecureRegistries = ["lab.example:5000", "10.1.0.0/16", "plain.example"], RegistryMirrors = ["https://mirror.example/hub"] };

    [Theory]
    [InlineData("127.0.0.1:5000", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("localhost:5000", true)]
    [InlineData("localhost", true)]
    [InlineData("lab.example:5000", true)]
    [InlineData("lab.example:5001", false)]
    [InlineData("plain.example:5001", true)]
    [InlineData("10.1.2.3:5000", true)]
    [InlineData("10.2.2.3:5000", false)]
    [InlineData("localhost.example", false)]
    [InlineData("quay.io", false)]
    public void Plain_http_is_for_loopback_and_what_the_administrator_names(string domain, bool insecure)
    {
        Assert.Equal(insecure, RegistryEndpoint.IsInsecure(domain, Options));
        Assert.Equal(insecure, RegistryEndpoint.Of(domain, Options).Any(endpoint => endpoint.Base.Scheme == "http"));
        Assert.Equal(!insecure, RegistryEndpoint.Of(domain, Options)[0].Verify);
    }

    [Fact]
    public void Mirrors_come_before_Docker_Hub_and_only_there()
    {
        Assert.Equal(
            ["https://mirror.example/hub/", "https://registry-1.docker.io/"],
            RegistryEndpoint.Of("docker.io", Options).Select(endpoint => endpoint.Base.ToString()));
        Assert.Equal(["https://quay.io/"], RegistryEndpoint.Of("quay.io", Options).Select(endpoint => endpoint.Base.ToString()));
    }
}
