using Wharf.Daemon.Host;

namespace Wharf.Daemon.Tests.Host;

public sealed class ProcessListingTests
{
    [Fact]
    public void Only_the_processes_asked_for_are_listed_and_a_command_keeps_its_blanks()
    {
        const string output = "USER  PID %CPU COMMAND\nroot    1  0.0 /sbin/init splash\nroot   42  1.5 sh -c sleep 1\nroot  421  0.0 other\n";

        (IReadOnlyList<string> titles, IReadOnlyList<IReadOnlyList<string>> rows) = ProcessListing.Choose(output, [42]);

        Assert.Equal(["USER", "PID", "%CPU", "COMMAND"], titles);
        Assert.Equal(["root", "42", "1.5", "sh -c sleep 1"], Assert.Single(rows));
    }

    [Theory]
    [InlineData("")]
    [InlineData("COMMAND\nsh\n")]
    public void Without_a_column_of_numbers_there_is_nothing_to_choose_by(string output) =>
        Assert.Equal("Couldn't find PID field in ps output", Assert.Throws<EngineException>(() => ProcessListing.Choose(output, [1])).Message);
}
