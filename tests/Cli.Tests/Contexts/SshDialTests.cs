using Wharf.Cli.Contexts;

namespace Wharf.Cli.Tests.Contexts;

public sealed class SshDialTests
{
    [Theory]
    [InlineData("ssh://anna@host", "-l anna|-o ConnectTimeout=30|-T|--|host|docker system dial-stdio")]
    [InlineData("ssh://host:2222", "-p 2222|-o ConnectTimeout=30|-T|--|host|docker system dial-stdio")]
    [InlineData("ssh://host/run/my.sock", "-o ConnectTimeout=30|-T|--|host|docker --host=unix:///run/my.sock system dial-stdio")]
    [InlineData("ssh://host/run/it's", "-o ConnectTimeout=30|-T|--|host|docker '--host=unix:///run/it'\\''s' system dial-stdio")]
    public void The_command_line_of_ssh_holds_no_words_of_a_shell(string address, string expected) =>
        Assert.Equal(expected, string.Join('|', SshDial.Arguments(new Uri(address))).Replace("-l|", "-l ", StringComparison.Ordinal).Replace("-p|", "-p ", StringComparison.Ordinal));
}
