using Wharf.Daemon.Http;

namespace Wharf.Daemon.Tests.Http;

public sealed class ApiRouteTests
{
    [Theory]
    [InlineData("/images/json", "/images/json", "")]
    [InlineData("/images/json", "/images/jsonx", null)]
    [InlineData("/images/{name...}/json", "/images/quay.io/a/b:c/json", "quay.io/a/b:c")]
    [InlineData("/images/{name...}/json", "/images/a%2Fb/json", "a/b")]
    [InlineData("/images/{name...}/json", "/images/json", null)]
    [InlineData("/images/{name...}/json", "/images//json", null)]
    [InlineData("/containers/{id}/json", "/containers/a/b/json", null)]
    [InlineData("/containers/{id}", "/containers/a", "a")]
    public void Finds_the_value(string pattern, string path, string? value) =>
        Assert.Equal(value, new ApiRoute("GET", pattern, (_, _) => Task.CompletedTask).Match(path));

    [Theory]
    [InlineData("/v1.43/info", "1.43", "/info")]
    [InlineData("/info", ApiVersion.Newest, "/info")]
    [InlineData("/version", ApiVersion.Newest, "/version")]
    [InlineData("/v1.24/images/v1.2/json", "1.24", "/images/v1.2/json")]
    public void Takes_the_version_from_the_path(string path, string version, string rest) => Assert.Equal((version, rest), ApiVersion.Split(path));

    [Theory]
    [InlineData("/v1.99/info", "client version 1.99 is too new. Maximum supported API version is 1.56")]
    [InlineData("/v1.12/info", "client version 1.12 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    public void Refuses_versions_that_are_not_served(string path, string message) =>
        Assert.Equal(message, Assert.Throws<EngineException>(() => ApiVersion.Split(path)).Message);
}
