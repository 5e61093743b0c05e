namespace Wharf.Registry.Tests;

public sealed class AuthenticationChallengeTests
{
    [Fact]
    public void Reads_parameters_quoted_and_bare()
    {
        AuthenticationChallenge challenge = Assert.Single(AuthenticationChallenge.Parse(
            "Bearer realm=\"https://auth.example/token\",service=registry , scope=\"repository:a/b:pull,push\" error=\"say \\\"x\\\"\""));

        Assert.True(challenge.Is("bearer"));
        Assert.Equal("https://auth.example/token", challenge["Realm"]);
        Assert.Equal("registry", challenge["service"]);
        Assert.Equal("repository:a/b:pull,push", challenge["scope"]);
        Assert.Equal("say \"x\"", challenge["error"]);
    }

    [Fact]
    public void Reads_several_challenges()
    {
        IReadOnlyList<AuthenticationChallenge> challenges = AuthenticationChallenge.Parse("Negotiate, Basic realm=\"a, b\", Bearer realm=x");

        Assert.Equal(["Negotiate", "Basic", "Bearer"], challenges.Select(challenge => challenge.Scheme));
        Assert.Equal("a, b", challenges[1]["realm"]);
        Assert.Equal("x", challenges[2]["realm"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ,")]
    [InlineData("=")]
    [InlineData("\"")]
    [InlineData("Bearer realm=\"never ends")]
    [InlineData("Bearer realm=")]
    [InlineData("Bearer \\")]
    public void Takes_anything_without_failing(string header) => Assert.NotNull(AuthenticationChallenge.Parse(header));
}
