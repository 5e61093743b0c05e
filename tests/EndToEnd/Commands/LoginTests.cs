using System.Text;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Commands;

/// <summary>Credentials: tried at the registry, kept for the user alone, used by a pull, and forgotten.</summary>
public sealed class LoginTests : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine;
    private readonly ScriptedRegistry registry = new();
    private readonly TemporaryDirectory configuration = new();

    public LoginTests(EngineFixture fixture)
    {
        engine = fixture.Engine;
        string expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("anna:s3cret"));
        registry.Script = request => request.Authorization == expected ? null : ScriptedAnswer.Challenge("Basic realm=\"test\"");
        new TestImage([TestImage.Layer("file", "private")]).AddTo(registry, "private", "1");
    }

    private string ConfigFile => configuration["config.json"];

    public void Dispose()
    {
        registry.Dispose();
        configuration.Dispose();
    }

    [Fact]
    public void Right_credentials_are_kept_and_used_until_they_are_taken_back()
    {
        File.WriteAllText(ConfigFile, "{\"psFormat\":\"{{.ID}}\",\"auths\":{\"elsewhere\":{\"auth\":\"eDp5\"}}}");

        Command login = Wharf("s3cret\n", "login", "-u", "anna", "--password-stdin", registry.Authority);

        Assert.Equal((0, "Login Succeeded\n"), (login.ExitCode, login.Output));
        Assert.Contains($"WARNING! Your credentials are stored unencrypted in '{ConfigFile}'.", login.Error, StringComparison.Ordinal);
        Assert.Equal("600", Command.Run("stat", "-c", "%a", ConfigFile).Output.Trim());
        JsonElement kept = JsonDocument.Parse(File.ReadAllText(ConfigFile)).RootElement;
        Assert.Equal("{{.ID}}", kept.GetProperty("psFormat").GetString());
        Assert.Equal("eDp5", kept.GetProperty("auths").GetProperty("elsewhere").GetProperty("auth").GetString());
        Wharf(null, "pull", $"{registry.Authority}/private:1").Succeeds();

        Assert.Equal($"Removing login credentials for {registry.Authority}\n", Wharf(null, "logout", registry.Authority).Succeeds().Output);
        Assert.Equal($"Removing login credentials for {registry.Authority}\n", Wharf(null, "logout", registry.Authority).Succeeds().Output);
        Assert.False(JsonDocument.Parse(File.ReadAllText(ConfigFile)).RootElement.GetProperty("auths").TryGetProperty(registry.Authority, out _));
    }

    [Fact]
    public void Wrong_credentials_are_not_kept()
    {
        Command login = Wharf(null, "login", "-u", "anna", "-p", "wrong", registry.Authority);

        Assert.Equal(1, login.ExitCode);
        Assert.Contains("Error response from daemon: ", login.Error, StringComparison.Ordinal);
        Assert.Contains("WARNING! Using --password via the CLI is insecure. Use --password-stdin.", login.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(ConfigFile));
    }

    [Fact]
    public void What_dockers_client_keeps_ours_uses()
    {
        Command.Run("docker", ["login", "-u", "anna", "--password-stdin", registry.Authority], "s3cret\n", Environment()).Succeeds();

        Wharf(null, "pull", $"{registry.Authority}/private:1").Succeeds();
        Wharf(null, "logout", registry.Authority).Succeeds();

        Assert.NotEqual(0, Wharf(null, "pull", $"{registry.Authority}/private:1").ExitCode);
    }

    [Fact]
    public void Without_a_terminal_nobody_is_asked()
    {
        Command login = Wharf("", "login", registry.Authority);

        Assert.Equal((1, "error: cannot perform an interactive login from a non-TTY device\n"), (login.ExitCode, login.Error));
        Assert.Contains("requires --username", Wharf("x", "login", "--password-stdin", registry.Authority).Error, StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Environment()
    {
        Dictionary<string, string?> environment = engine.ClientEnvironment();
        environment["DOCKER_CONFIG"] = configuration.Path;
        return environment;
    }

    private Command Wharf(string? input, params string[] arguments) => Command.Run(Programs.Wharf, arguments, input, Environment());
}
