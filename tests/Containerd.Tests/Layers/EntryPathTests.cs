using Wharf.Containerd.Layers;

namespace Wharf.Containerd.Tests.Layers;

public sealed class EntryPathTests
{
    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("./a//b/", "a/b")]
    [InlineData("/etc/passwd", "etc/passwd")]
    [InlineData("a/../b", "b")]
    [InlineData("./", "")]
    [InlineData("/", "")]
    public void Names_become_paths_below_the_root(string name, string path) => Assert.Equal(path, EntryPath.Clean(name, "entry"));

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/..")]
    public void A_name_that_leaves_the_root_is_an_error(string name) =>
        Assert.Contains("leaves the root", Assert.Throws<InvalidDataException>(() => EntryPath.Clean(name, "entry")).Message, StringComparison.Ordinal);
}
