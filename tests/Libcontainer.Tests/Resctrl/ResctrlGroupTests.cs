using Wharf.Libcontainer.Resctrl;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Resctrl;

/// <summary>Groups of resctrl in a folder that stands for it: this host's processors have none.</summary>
public sealed class ResctrlGroupTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("wharf-test-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_group_of_the_containers_own_goes_with_it()
    {
        var group = new ResctrlGroup(new IntelRdt(), "container", root);

        group.Create();
        Assert.True(Directory.Exists(Path.Combine(root, "container")));
        group.Remove();

        Assert.Empty(Directory.GetFileSystemEntries(root));
    }

    [Fact]
    public void The_process_joins_the_group_and_its_monitoring()
    {
        string folder = Group("shared", "L3:0=f;1=f0\nMB:0=20\n");
        string monitoring = Directory.CreateDirectory(Path.Combine(folder, "mon_groups", "container")).FullName;
        File.WriteAllText(Path.Combine(monitoring, "tasks"), string.Empty);
        var group = new ResctrlGroup(new IntelRdt { ClosID = "shared", L3CacheSchema = "L3:0=f; 1=f0", EnableMonitoring = true }, "container", root);

        group.Create();
        group.Join(42);

        Assert.Equal("42", File.ReadAllText(Path.Combine(folder, "tasks")));
        Assert.Equal("42", File.ReadAllText(Path.Combine(monitoring, "tasks")));
        Assert.Equal("L3:0=f;1=f0\nMB:0=20\n", File.ReadAllText(Path.Combine(folder, "schemata")));
        File.Delete(Path.Combine(monitoring, "tasks"));
        group.Remove();
        Assert.False(Directory.Exists(monitoring));
        Assert.True(Directory.Exists(folder));
    }

    [Fact]
    public void A_group_that_is_there_with_other_schemata_is_refused()
    {
        Group("shared", "L3:0=f\n");
        var group = new ResctrlGroup(new IntelRdt { ClosID = "shared", Schemata = ["L3:0=ff"] }, "container", root);

        Assert.Contains("\"L3:0=ff\"", Assert.Throws<ContainerException>(group.Create).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_that_is_not_there_needs_schemata()
    {
        var group = new ResctrlGroup(new IntelRdt { ClosID = "nothing" }, "container", root);

        Assert.Contains("\"nothing\"", Assert.Throws<ContainerException>(group.Create).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("../../etc")]
    public void A_name_that_is_a_path_is_refused(string name) =>
        Assert.Throws<ContainerException>(() => Wharf.Libcontainer.Validation.LinuxCheck.Check(new LinuxPlatform { IntelRdt = new IntelRdt { ClosID = name } }));

    private string Group(string name, string schemata)
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "schemata"), schemata);
        File.WriteAllText(Path.Combine(folder, "tasks"), string.Empty);
        return folder;
    }
}
