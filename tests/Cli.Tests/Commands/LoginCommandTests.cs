using Wharf.Cli.Commands;

namespace Wharf.Cli.Tests.Commands;

public sealed class LoginCommandTests
{
    [Theory]
    [InlineData("https://index.docker.io/v1/")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("https://index.docker.io/v1/", "https://index.docker.io/v1/")]
    [InlineData("registry.example:5000", "registry.example:5000")]
    [InlineData("registry.example:5000", "https://registry.example:5000/v2/")]
    [InlineData("registry.example", "http://registry.example/")]
    public void Credentials_are_kept_under_the_registrys_host(string expected, params string[] arguments) => Assert.Equal(expected, LoginCommand.Server(arguments));
}
