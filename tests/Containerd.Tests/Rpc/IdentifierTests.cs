using Wharf.Containerd.Rpc;

namespace Wharf.Containerd.Tests.Rpc;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("redis-1.x_y")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Good_names_pass(string name) => Identifier.Check(name, "id");

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void What_could_leave_a_folder_does_not(string name) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<ContainerdException>(() => Identifier.Check(name, "id")).Kind);

    [Fact]
    public void Longer_than_76_does_not() => Assert.Throws<ContainerdException>(() => Identifier.Check(new string('a', 77), "id"));
}
