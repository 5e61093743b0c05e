using Wharf.Libcontainer.Systemd;

namespace Wharf.Libcontainer.Tests.Systemd;

/// <summary>Cgroup paths of the systemd driver.</summary>
public sealed class UnitNameTests
{
    [Theory]
    [InlineData("system.slice:libpod:abc", "/system.slice/libpod-abc.scope")]
    [InlineData("machine-a-b.slice:libpod:abc", "/machine.slice/machine-a.slice/machine-a-b.slice/libpod-abc.scope")]
    [InlineData(":docker:abc", "/system.slice/docker-abc.scope")]
    [InlineData("-.slice::abc", "/abc.scope")]
    [InlineData(null, "/system.slice/runc-id.scope")]
    public void A_path_names_a_scope_in_a_slice(string? path, string folder)
    {
        Assert.Equal(folder, UnitName.Of(path, "id", user: false).Path);
    }

    [Theory]
    [InlineData("/a/b")]
    [InlineData("a:b")]
    [InlineData("a:b:c")]
    [InlineData("a/b.slice:b:c")]
    [InlineData("a-.slice:b:c")]
    [InlineData("a.slice:b:../c")]
    [InlineData("a.slice:b:c.slice")]
    public void A_path_that_is_none_is_refused(string path)
    {
        Assert.Throws<ContainerException>(() => UnitName.Of(path, "id", user: false));
    }
}
