using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>What stands around the client: plugins, ssh, credential helpers, contexts, proxies, shells that ask for completion. Docker's own client is asked the same where it can be.</summary>
public sealed class SurroundingsTests : IClassFixture<DockerdFixture>, IDisposable
{
    private readonly Dockerd dockerd;
    private readonly TemporaryDirectory folder = new();

    public SurroundingsTests(DockerdFixture fixture)
    {
        dockerd = fixture.Dockerd;
        Directory.CreateDirectory(Path.Combine(Config, "cli-plugins"));
        Directory.CreateDirectory(Programs);
    }

    private string Config => Path.Combine(folder.Path, "config");

    private string Programs => Path.Combine(folder.Path, "bin");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_plugin_is_a_command_with_the_whole_command_line_and_its_own_exit_code()
    {
        Script("config/cli-plugins/docker-hello", """
            if [ "$1" = docker-cli-plugin-metadata ]; then echo '{"SchemaVersion":"0.1.0","Vendor":"Test","ShortDescription":"Says hello"}'; exit; fi
            echo "$@"; cat; exit 7
            """);
        Script("config/cli-plugins/docker-broken", "exit 1");

        Command hello = Wharf("typed\n", "--debug", "hello", "-a", "b", "--help");
        Command help = Wharf(null, "help", "hello");
        Command overview = Wharf(null, "--help");

        Assert.Equal((7, "--debug hello -a b --help\ntyped\n"), (hello.ExitCode, hello.Output));
        Assert.Equal("help hello\n", help.Output);
        Assert.Contains("\n  hello*      Says hello\n", overview.Output, StringComparison.Ordinal);
        Assert.Contains("Invalid Plugins:\n  broken ", overview.Output, StringComparison.Ordinal);
        Assert.Contains("unknown command: ", Wharf(null, "broken").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_engine_behind_ssh_is_reached_by_dial_stdio()
    {
        Script("bin/ssh", $"echo \"$@\" >> {folder.Path}/asked; exec {Harness.Programs.Wharf} -H {dockerd.Host} system dial-stdio");
        Dictionary<string, string?> environment = Environment();
        environment["DOCKER_HOST"] = "ssh://anna@far:2222";

        Command run = Command.Run(Harness.Programs.Wharf, ["run", "--rm", "-i", "--network", "none", "busybox:latest", "sh", "-c", "cat; exit 3"], "over ssh\n", environment);
        Command theirs = Command.Run(Dockerd.DebianClient, ["ps", "-q"], null, environment);

        Assert.Equal((3, "over ssh\n"), (run.ExitCode, run.Output));
        Assert.Equal(0, theirs.ExitCode);
        Assert.StartsWith("-l anna -p 2222 -o ConnectTimeout=30 -T -- far docker system dial-stdio\n", File.ReadAllText(Path.Combine(folder.Path, "asked")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_leads_to_its_engine()
    {
        Dictionary<string, string?> environment = Environment();
        environment["DOCKER_HOST"] = null;
        Command.Run(Harness.Programs.Wharf, ["context", "create", "here", "--docker", $"host={dockerd.Host}"], null, environment).Succeeds();
        Command.Run(Harness.Programs.Wharf, ["context", "use", "here"], null, environment).Succeeds();

        Command ours = Command.Run(Harness.Programs.Wharf, ["version", "--format", "{{.Server.Version}}"], null, environment);
        Command theirs = Command.Run(Dockerd.DebianClient, ["version", "--format", "{{.Server.Version}}"], null, environment);
        environment["DOCKER_CONTEXT"] = "nowhere";
        Command nowhere = Command.Run(Harness.Programs.Wharf, ["ps"], null, environment);

        Assert.Equal(theirs.Succeeds().Output, ours.Succeeds().Output);
        Assert.Equal(1, nowhere.ExitCode);
        Assert.Contains("context \"nowhere\": context not found", nowhere.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_are_asked_of_the_helper_and_given_back_to_it()
    {
        Script("bin/docker-credential-test", $$"""
            read line; echo "$1 $line" >> {{folder.Path}}/asked
            [ "$1" != get ] || echo '{"Username":"anna","Secret":"s3cret"}'
            """);
        File.WriteAllText(Path.Combine(Config, "config.json"), """{"credHelpers":{"127.0.0.1:1":"test","elsewhere.example":"absent"}}""");

        Wharf(null, "pull", "127.0.0.1:1/x");
        Wharf(null, "logout", "127.0.0.1:1").Succeeds();
        Command absent = Wharf(null, "pull", "elsewhere.example/x");

        Assert.Equal("get 127.0.0.1:1\nerase 127.0.0.1:1\n", File.ReadAllText(Path.Combine(folder.Path, "asked")));
        Assert.Equal((1, "error getting credentials - err: exec: \"docker-credential-absent\": executable file not found in $PATH, out: ``\n"), (absent.ExitCode, absent.Error));
    }

    [Fact]
    public void Proxies_of_the_configuration_reach_a_container()
    {
        File.WriteAllText(Path.Combine(Config, "config.json"), """{"proxies":{"default":{"httpProxy":"http://proxy:3128","noProxy":"localhost"}}}""");
        string[] arguments = ["run", "--rm", "--network", "none", "-e", "no_proxy=mine", "busybox:latest", "sh", "-c", "env | grep -i _proxy | sort"];

        Command ours = Wharf(null, arguments);

        Assert.Equal("HTTP_PROXY=http://proxy:3128\nNO_PROXY=localhost\nhttp_proxy=http://proxy:3128\nno_proxy=mine\n", ours.Succeeds().Output);
        Assert.Equal(ours.Output, Command.Run(Dockerd.DebianClient, arguments, null, Environment()).Output);
    }

    [Fact]
    public void A_shell_is_told_what_may_follow()
    {
        dockerd.Docker("create", "--name", "completed", "busybox:latest").Succeeds();

        Assert.Equal("completed\tbusybox:latest\n:4\n", Wharf(null, "__complete", "rm", "comp").Output);
        Assert.Contains("bridge\tbridge\n", Wharf(null, "__complete", "run", "--network", "").Output, StringComparison.Ordinal);
        Assert.Contains("--filter\t", Wharf(null, "__complete", "ps", "--fi").Output, StringComparison.Ordinal);
        Assert.Contains("connect\t", Wharf(null, "__complete", "network", "").Output, StringComparison.Ordinal);
        Assert.EndsWith(":0\n", Wharf(null, "__complete", "cp", "").Output, StringComparison.Ordinal);
        string script = Wharf(null, "completion", "bash").Succeeds().Output;
        string bin = Path.GetDirectoryName(Harness.Programs.Wharf)!;
        Command bash = Command.Run("bash", ["-c", $"PATH={bin}:$PATH; {script}\nCOMP_LINE='wharf rm compl'; COMP_POINT=${{#COMP_LINE}}; _wharf_complete; echo \"${{COMPREPLY[@]}}\""], null, Environment());
        Assert.Equal("completed\n", bash.Succeeds().Output);
        dockerd.Docker("rm", "completed").Succeeds();
    }

    [Fact]
    public void A_mistyped_command_gets_a_suggestion()
    {
        Command typed = Wharf(null, "imagse");

        Assert.Equal(1, typed.ExitCode);
        Assert.Equal("wharf: unknown command: wharf imagse\n\nDid you mean this?\n        wharf image\n        wharf images\n\nRun 'wharf --help' for more information\n", typed.Error);
    }

    [Fact]
    public void The_manual_has_a_page_for_every_command()
    {
        string pages = Path.Combine(folder.Path, "man");
        Wharf(null, "man", pages).Succeeds();

        Assert.True(File.Exists(Path.Combine(pages, "wharf-container-run.1")));
        Assert.Contains(".BR \\-a,", File.ReadAllText(Path.Combine(pages, "wharf-ps.1")), StringComparison.Ordinal);
        Assert.True(Directory.GetFiles(pages).Length > 100);
    }

    [Fact]
    public void A_run_tells_where_its_time_went()
    {
        Command run = Wharf(null, "run", "--trace", "--rm", "--network", "none", "busybox:latest", "echo", "words");

        Assert.Equal((0, "words\n"), (run.ExitCode, run.Output));
        foreach (string hop in new[] { "client", "api", "kernel" })
        {
            Assert.Matches($"(?m)^{hop} .*\\d+\\.\\d\\dms.*█", run.Error);
        }
    }

    private Dictionary<string, string?> Environment()
    {
        Dictionary<string, string?> environment = dockerd.ClientEnvironment();
        environment["DOCKER_CONFIG"] = Config;
        environment["PATH"] = $"{Programs}:{System.Environment.GetEnvironmentVariable("PATH")}";
        return environment;
    }

    private Command Wharf(string? input, params string[] arguments) => Command.Run(Harness.Programs.Wharf, arguments, input ?? "", Environment());

    private void Script(string name, string text)
    {
        string path = Path.Combine(folder.Path, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)0x1ed);
    }
}
