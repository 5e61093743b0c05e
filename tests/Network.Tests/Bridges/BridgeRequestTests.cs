using Wharf.Network.Bridges;
using Xunit;

namespace Wharf.Network.Tests.Bridges;

public sealed class BridgeRequestTests
{
    [Theory]
    [InlineData("wharf0", true)]
    [InlineData("br-1.2_3", true)]
    [InlineData("fifteen-letters", true)]
    [InlineData("sixteen--letters", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("-a", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("a\" accept", false)]
    public void Names_that_could_be_something_else_in_a_rule_are_none(string name, bool expected) => Assert.Equal(expected, BridgeRequest.IsName(name));
}
