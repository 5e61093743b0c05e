using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>The grammar of the command line, help, and what is said of mistakes, as runc 1.5 has them.</summary>
public sealed partial class CommandLineTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("-h")]
    [InlineData("--help")]
    [InlineData("help")]
    [InlineData]
    public void Help_of_the_program_names_it_its_commands_and_global_flags(params string[] arguments)
    {
        string[] lines = Command.Run(Programs.Runc, arguments).Succeeds().Output.Split('\n');

        Assert.Equal(("NAME:", "   runc - Open Container Initiative runtime"), (lines[0], lines[1]));
        Assert.Contains(lines, line => line.StartsWith("   create ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("   --log-format string ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("checkpoint")]
    [InlineData("restore")]
    [InlineData("create")]
    [InlineData("delete")]
    [InlineData("events")]
    [InlineData("exec")]
    [InlineData("features")]
    [InlineData("kill")]
    [InlineData("list")]
    [InlineData("pause")]
    [InlineData("ps")]
    [InlineData("resume")]
    [InlineData("run")]
    [InlineData("spec")]
    [InlineData("start")]
    [InlineData("state")]
    [InlineData("update")]
    public void Help_of_a_command_is_found_in_three_ways(string name)
    {
        string help = Command.Run(Programs.Runc, name, "--help").Succeeds().Output;

        Assert.StartsWith($"NAME:\n   runc {name} - ", help, StringComparison.Ordinal);
        Assert.Contains("\nOPTIONS:\n", help, StringComparison.Ordinal);
        Assert.Equal(help, Command.Run(Programs.Runc, name, "-h").Succeeds().Output);
        Assert.Equal(help, Command.Run(Programs.Runc, "help", name).Succeeds().Output);
    }

    [Theory]
    [InlineData(3, "foo")]
    [InlineData(3, "help", "foo")]
    [InlineData(1, "foo", "-h")]
    public void A_word_that_is_no_command_has_no_help(int code, params string[] arguments)
    {
        Command run = Command.Run(Programs.Runc, arguments);

        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains("No help topic for 'foo'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flag provided but not defined: -bad", "--bad")]
    [InlineData("flag provided but not defined: -bad", "create", "--bad")]
    [InlineData("flag needs an argument: -b", "create", "-b")]
    [InlineData("flag needs an argument: --env", "exec", "--env")]
    [InlineData("invalid value \\\"maybe\\\" for flag -quiet: parse error", "list", "--quiet=maybe")]
    [InlineData("invalid value \\\"x\\\" for flag -interval: time: invalid duration \\\"x\\\"", "events", "--interval", "x", "id")]
    public void A_wrong_flag_is_told_with_help(string problem, params string[] arguments)
    {
        // That of the interval is found when the container is: any that there is.
        using RunningContainer? container = arguments[^1] == "id" ? new RunningContainer() : null;
        Command run = container is null ? Command.Run(Programs.Runc, arguments) : container.Runc(arguments[0], [.. arguments[1..^1], container.Id]);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("NAME:\n   runc", run.Output, StringComparison.Ordinal);
        Assert.StartsWith("Incorrect Usage: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(problem.Replace("\\\"", "\"", StringComparison.Ordinal), run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"create\" requires exactly 1 argument(s)", "create")]
    [InlineData("\"create\" requires exactly 1 argument(s)", "create", "a", "b")]
    [InlineData("\"list\" requires exactly 0 argument(s)", "list", "a")]
    [InlineData("\"spec\" requires exactly 0 argument(s)", "spec", "a")]
    [InlineData("\"exec\" requires a minimum of 1 argument(s)", "exec")]
    [InlineData("\"ps\" requires a minimum of 1 argument(s)", "ps")]
    [InlineData("\"kill\" requires a minimum of 1 argument(s)", "kill")]
    [InlineData("\"kill\" requires a maximum of 2 argument(s)", "kill", "a", "b", "c")]
    public void A_wrong_number_of_operands_is_told_with_help(string problem, params string[] arguments)
    {
        Command run = Command.Run(Programs.Runc, arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("Incorrect Usage.\n\nNAME:\n", run.Output, StringComparison.Ordinal);
        Assert.Contains($"msg=\"{Programs.Runc}: {problem.Replace("\"", "\\\"", StringComparison.Ordinal)}\"", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Option --root argument should not be set to /", "--root", "/", "list")]
    [InlineData("invalid log-format: xml", "--log-format", "xml", "list")]
    [InlineData("open /nothing/here/log: no such file or directory", "--log", "/nothing/here/log", "list")]
    [InlineData("open /nothing/here: no such file or directory", "--root", "/nothing/here", "list")]
    [InlineData("invalid format option", "list", "--format", "xml")]
    [InlineData("container does not exist", "--root", "/nothing/here", "state", "x")]
    public void A_mistake_behind_the_grammar_is_one_line(string problem, params string[] arguments)
    {
        Command run = Command.Run(Programs.Runc, arguments);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Matches($"^time=\"[^\"]+\" level=error msg=\"{Regex.Escape(problem)}\"\n$", run.Error);
    }

    [Fact]
    public void Flags_stand_before_and_behind_operands_with_one_dash_or_two()
    {
        Command.Run(Programs.Runc, "--root", bundle.StateRoot, "delete", "nothing", "-f").Succeeds();
        Command.Run(Programs.Runc, "-root", bundle.StateRoot, "delete", "-force=true", "nothing").Succeeds();

        // "--" ends them: what follows is one operand more than delete takes.
        Assert.Contains("requires exactly 1", Command.Run(Programs.Runc, "--root", bundle.StateRoot, "delete", "--", "nothing", "-f").Error, StringComparison.Ordinal);
        Assert.Contains("container does not exist", Command.Run(Programs.Runc, "--root", bundle.StateRoot, "delete", "--force=false", "nothing").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Global_flags_are_taken_among_those_of_a_command()
    {
        string log = Path.Combine(Folder, "log");

        Command state = Command.Run(Programs.Runc, ["state", "nothing", "--root", bundle.StateRoot, "--log", log, "--log-format=json"], environment: new Dictionary<string, string?> { ["TZ"] = "UTC" });

        // The user sees the plain text; the caller reads a line whose keys and time are logrus's.
        Assert.Equal((1, "container does not exist\n"), (state.ExitCode, state.Error));
        Assert.Matches(LogLine(), File.ReadAllText(log));
    }

    [Fact]
    public void What_follows_the_container_is_the_programs()
    {
        using var container = new RunningContainer();

        Assert.Equal("--cwd -e --help\n", container.Runc("exec", container.Id, "echo", "--cwd", "-e", "--help").Succeeds().Output);
        Assert.Matches(@"^ *PID\n *\d+\n$", container.Runc("ps", container.Id, "-e", "-o", "pid").Succeeds().Output);
    }

    [Fact]
    public void Exec_tells_its_own_failure_by_255_and_a_missing_command_by_words()
    {
        using var container = new RunningContainer();

        Command nothing = bundle.Runc("exec", "nothing", "true");
        Command empty = container.Runc("exec", container.Id);

        Assert.Equal((255, "exec failed: container does not exist\n"), (nothing.ExitCode, nothing.Error));
        Assert.Equal((255, "exec failed: exec args cannot be empty\n"), (empty.ExitCode, empty.Error));
    }

    [Fact]
    public void A_container_that_cannot_be_read_does_not_hide_the_others()
    {
        Assert.Equal("null\n", Command.Run(Programs.Runc, "--root", Folder, "list", "--format", "json").Succeeds().Output);
        using var container = new RunningContainer();
        string broken = Directory.CreateDirectory(Path.Combine(container.Bundle.StateRoot, "broken")).FullName;
        File.WriteAllText(Path.Combine(broken, "state.json"), "{");

        Command list = container.Runc("list", "--quiet");
        Directory.Delete(broken, recursive: true);

        Assert.Equal((0, container.Id + "\n"), (list.ExitCode, list.Output));
        Assert.Contains("load container broken: ", list.Error, StringComparison.Ordinal);
    }

    [GeneratedRegex("^{\"level\":\"error\",\"msg\":\"container does not exist\",\"time\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\"}\n$")]
    private static partial Regex LogLine();
}
