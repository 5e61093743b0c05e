using Wharf.Daemon.Containers;

namespace Wharf.Daemon.Tests.Containers;

public sealed class BindSpecificationTests
{
    [Theory]
    [InlineData("/a:/b", "bind", "/a", "/b", false, "rprivate")]
    [InlineData("/a/../c:/b/:ro,rslave", "bind", "/c", "/b", true, "rslave")]
    [InlineData("name:/b", "volume", "", "/b", false, "")]
    [InlineData("/b", "volume", "", "/b", false, "")]
    public void Sources_are_paths_or_names(string text, string type, string source, string destination, bool readOnly, string propagation)
    {
        ContainerMount mount = BindSpecification.Parse(text, "");

        Assert.Equal((type, source, destination, readOnly, propagation), (mount.Type, mount.Source, mount.Destination, mount.ReadOnly, mount.Propagation));
    }

    [Theory]
    [InlineData("/../../etc", "/etc")]
    [InlineData("/a/./b//c/..", "/a/b")]
    [InlineData("/..", "/")]
    public void CVE_2022_23648_a_path_ends_at_the_root(string path, string cleaned) => Assert.Equal(cleaned, BindSpecification.Clean(path));
}
