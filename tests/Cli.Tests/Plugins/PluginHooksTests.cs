using Wharf.Cli.CommandLine;
using Wharf.Cli.Plugins;

namespace Wharf.Cli.Tests.Plugins;

public sealed class PluginHooksTests
{
    [Theory]
    [InlineData("pull,image ls", "image ls", "image ls")]
    [InlineData("image", "image ls", "image")]
    [InlineData("imag", "image ls", null)]
    [InlineData("image ls", "image", null)]
    [InlineData("", "image", null)]
    public void A_hook_is_for_the_commands_that_its_words_begin(string hooks, string command, string? match) => Assert.Equal(match, PluginHooks.Match(hooks, command));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("ran {{command}} on {{argValue 0}} as {{flagValue \"tag\"}}", "ran pull on busybox as one")]
    [InlineData("{{.Name}} {{arg . 0}} {{flag . \"tag\"}}|{{argValue 7}}|", "pull busybox one||")]
    [InlineData("open {{ left", "open {{ left")]
    public void Its_text_names_the_command(string template, string text)
    {
        var command = new Command { Usage = "", Summary = "", Paths = ["image pull"], Path = "image pull", Flags = [new("tag", 't', FlagType.Text, "x")], Run = _ => 0 };
        var flags = new FlagValues();
        flags.Set(command.Flags[0], "one");

        Assert.Equal(text, PluginHooks.Fill(template, command, flags, ["busybox"]));
    }
}
