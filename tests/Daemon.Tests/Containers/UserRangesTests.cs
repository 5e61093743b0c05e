using Wharf.Daemon.Containers;
using Wharf.EngineApi.Containers;
using Xunit;

namespace Wharf.Daemon.Tests.Containers;

public sealed class UserRangesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-ranges-").FullName;

    public UserRangesTests()
    {
        foreach (string file in new[] { "subuid", "subgid" })
        {
            File.WriteAllText(Path.Combine(folder, file), "# none\nanna:100000:1000\nanna:300000:500\ncontainers:400000:200000\nbert:7:0\n");
        }
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void All_ranges_of_the_user_are_the_containers_one_behind_the_other()
    {
        UserMapping mapping = Ranges("anna").Of(new HostConfig())!;

        Assert.Equal("0:100000:1000,1000:300000:500", mapping.Labels["containerd.io/snapshot/uidmapping"]);
        Assert.Equal((100000u, 300001u), (mapping.Root.User, mapping.UserOnHost(1001)));
    }

    [Fact]
    public void Each_container_gets_ids_that_no_other_has_until_none_are_left()
    {
        UserRanges ranges = Ranges("");
        uint[] first = [.. Enumerable.Range(0, 3).Select(_ => ranges.Of(new HostConfig { UsernsMode = "auto" })!.Root.User)];

        Assert.Equal([400000u, 465536u, 531072u], first);
        Assert.StartsWith("no 65536 ids are free", Assert.Throws<EngineException>(() => ranges.Of(new HostConfig { UsernsMode = "auto" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert", "Can't create ID mappings: no subuid ranges found for user \"bert\"")]
    [InlineData("default", "Can't create ID mappings: no subuid ranges found for user \"dockremap\"")]
    [InlineData("anna:nobody", "Can't create ID mappings: no subgid ranges found for user \"nobody\"")]
    public void Who_has_no_ids_is_named(string remap, string message) => Assert.Equal(message, Assert.Throws<EngineException>(() => Ranges(remap).Remapped()).Message);

    [Fact]
    public void What_needs_the_hosts_ids_is_refused_and_the_host_has_none()
    {
        UserRanges ranges = Ranges("anna");

        Assert.StartsWith("privileged mode is incompatible", Assert.Throws<EngineException>(() => ranges.Of(new HostConfig { Privileged = true })).Message, StringComparison.Ordinal);
        Assert.Null(ranges.Of(new HostConfig { Privileged = true, UsernsMode = "host" }));
        Assert.Null(Ranges("").Of(new HostConfig()));
    }

    private UserRanges Ranges(string remap) => new(remap, new ContainerTable(folder), folder);
}
