using System.Text;

namespace Wharf.Registry.Tests;

public sealed class RegistryCredentialsTests
{
    [Theory]
    [InlineData("""{"username":"u","password":"p"}""", "u", "p")]
    [InlineData("""{"auth":"dTpwOnE="}""", "u", "p:q")]
    [InlineData("""{"username":"ü?>","password":"ÿ~"}""", "ü?>", "ÿ~")]
    public void Reads_the_header_in_both_alphabets(string json, string username, string password)
    {
        string standard = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
        foreach (string header in new[] { standard, standard.TrimEnd('='), standard.Replace('+', '-').Replace('/', '_') })
        {
            RegistryCredentials credentials = RegistryCredentials.FromHeader(header)!;
            Assert.Equal(username, credentials.Username);
            Assert.Equal(password, credentials.Password);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("e30=")]
    public void Nobody_is_null(string? header) => Assert.Null(RegistryCredentials.FromHeader(header));

    [Theory]
    [InlineData("!")]
    [InlineData("W10=")]
    [InlineData("eyJhdXRoIjoiISJ9")]
    public void Refuses_what_is_malformed(string header) =>
        Assert.StartsWith("invalid X-Registry-Auth header", Assert.Throws<FormatException>(() => RegistryCredentials.FromHeader(header)).Message, StringComparison.Ordinal);

    [Fact]
    public void Does_not_print_the_password() =>
        Assert.DoesNotContain("secret", new RegistryCredentials { Username = "u", Password = "secret" }.ToString(), StringComparison.Ordinal);
}
