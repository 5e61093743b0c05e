using Wharf.Harness;

namespace Wharf.EndToEnd.Terminals;

/// <summary>A container at a terminal, with our client and with docker's: expect plays the person.</summary>
public sealed class TerminalTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const string Loop = "while :; do usleep 50000; done";
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"term-{Guid.NewGuid():N}";

    public static TheoryData<string> Clients() => ["wharf", "docker"];

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_size_is_there_from_the_start(string client) => Play(client, $$"""
        set stty_init "rows 33 columns 101"
        spawn $client run -it --rm busybox:latest sh -c "usleep 200000; stty size"
        wants "33 101"
        ends 0
        """);

    [Theory]
    [MemberData(nameof(Clients))]
    public void The_size_follows_the_window(string client) => Play(client, $$"""
        spawn $client run -it --rm --name {{name}} busybox:latest sh -c {trap "stty size; exit 7" WINCH; echo ready; {{Loop}}}
        wants "ready"
        # What happened before the client listened is in its first size.
        after 500
        exec stty rows 44 columns 120 < $spawn_out(slave,name)
        wants "44 120"
        ends 7
        """);

    [Theory]
    [MemberData(nameof(Clients))]
    public void Control_c_reaches_the_program(string client) => Play(client, $$"""
        spawn $client run -it --rm busybox:latest sh -c {trap "echo got it; exit 9" INT; echo ready; {{Loop}}}
        wants "ready"
        send "\003"
        wants "got it"
        ends 9
        """);

    [Theory]
    [MemberData(nameof(Clients))]
    public void Detach_keys_leave_the_container_running_and_attach_comes_back(string client)
    {
        Play(client, $$"""
            spawn $client run -it --name {{name}} busybox:latest sh
            wants "# "
            send "echo one\r"
            wants "one\r\n"
            send "\020\021"
            ends 0
            """);
        Assert.Equal("true", engine.Wharf("inspect", "--format", "{{.State.Running}}", name).Succeeds().Output.Trim());
        Play(client, $$"""
            spawn $client attach --detach-keys=ctrl-x,y {{name}}
            send "echo two\r"
            wants "two\r\n"
            send "\030y"
            wants "read escape sequence"
            """);
        Assert.Equal("true", engine.Wharf("inspect", "--format", "{{.State.Running}}", name).Succeeds().Output.Trim());
        engine.Wharf("rm", "-f", name).Succeeds();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public void Characters_of_every_script_pass_both_ways(string client) => Play(client, """
        spawn $client run -it --rm busybox:latest sh -c "stty -echo; echo ready; read line; echo \"<\$line>\""
        wants "ready"
        send "Grüße, 漢字 🐳\r"
        wants "<Grüße, 漢字 🐳>"
        ends 0
        """);

    [Theory]
    [MemberData(nameof(Clients))]
    public void Exec_has_a_terminal_of_its_own(string client)
    {
        engine.Wharf("run", "-d", "--name", name, "busybox:latest", "sleep", "1000").Succeeds();
        Play(client, $$"""
            set stty_init "rows 21 columns 77"
            spawn $client exec -it {{name}} sh -c "usleep 200000; stty size; exit 5"
            wants "21 77"
            ends 5
            """);
        engine.Wharf("rm", "-f", name).Succeeds();
    }

    [Theory]
    [InlineData("exit 0", "")]
    [InlineData("exit 3", "")]
    [InlineData("trap \"exit 4\" TERM; while :; do usleep 50000; done", "kill -TERM")]
    [InlineData("trap \"exit 4\" HUP; while :; do usleep 50000; done", "kill -HUP")]
    [InlineData("sleep 1000", "detach")]
    [InlineData("sleep 1000", "rm")]
    public void The_terminal_is_as_before_on_every_way_out(string program, string end)
    {
        // A shell's own line editor would change the settings: dash has none.
        Play("wharf", $$"""
            spawn env PS1=ready> sh
            wants "ready>"
            send "stty -g > {{engine.Root}}/before\r"
            wants "ready>"
            send "$client run -it --name {{name}} busybox:latest sh -c "
            send {'echo started; {{program}}'}
            send "\r"
            wants "started\r\n"
            set end "{{end}}"
            if {$end == "detach"} {
                send "\020\021"
            } elseif {$end == "rm"} {
                exec $client rm -f {{name}}
            } elseif {$end != ""} {
                eval exec $end [exec pgrep -f -x "$client run -it --name {{name}} .*"]
            }
            wants "ready>"
            send "stty -g > {{engine.Root}}/after\r"
            wants "ready>"
            send "exit\r"
            expect eof
            """);
        Assert.Equal(File.ReadAllText(Path.Combine(engine.Root, "before")), File.ReadAllText(Path.Combine(engine.Root, "after")));
        engine.Wharf("rm", "-f", name);
    }

    [Fact]
    public void Without_a_terminal_a_terminal_is_refused()
    {
        Command run = engine.Wharf("run", "-it", "--rm", "busybox:latest", "true");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("the input device is not a TTY", run.Error, StringComparison.OrdinalIgnoreCase);
    }

    private void Play(string client, string scene)
    {
        const string stage = """
            set timeout 20
            fconfigure stdout -encoding utf-8
            encoding system utf-8
            proc wants {text} {
                expect {
                    -ex $text {}
                    timeout { puts stderr "no \"$text\" within 20 s"; exit 99 }
                    eof { puts stderr "ended before \"$text\""; exit 98 }
                }
            }
            proc ends {code} {
                expect { eof {} timeout { puts stderr "still running after 20 s"; exit 97 } }
                set status [lindex [wait] 3]
                if {$status != $code} { puts stderr "exit code $status instead of $code"; exit 96 }
            }

            """;
        Dictionary<string, string?> environment = engine.ClientEnvironment();
        environment["LANG"] = "C.UTF-8";
        environment["LC_ALL"] = "C.UTF-8";
        environment["TERM"] = "xterm";
        string program = client == "wharf" ? Programs.Wharf : client;
        string script = Path.Combine(engine.Root, $"{name}.exp");
        File.WriteAllText(script, $"{stage}set client {program}\n{scene}\n");
        Command played = Command.Run("expect", ["-f", script], null, environment, timeout: TimeSpan.FromSeconds(60));
        Assert.True(played.ExitCode == 0, $"{client}: {played.Error}\n{played.Output}");
    }
}
