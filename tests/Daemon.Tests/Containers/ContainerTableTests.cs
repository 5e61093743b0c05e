using Wharf.Daemon.Containers;
using Wharf.Harness;

namespace Wharf.Daemon.Tests.Containers;

/// <summary>Decision 0005: one document for each container.</summary>
public sealed class ContainerTableTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"id\":")]
    public void A_broken_document_costs_one_container_and_its_files_stay(string broken)
    {
        var table = new ContainerTable(directory.Path);
        table.Add(new ContainerDocument { Id = "aaaa", Name = "good" });
        table.Add(new ContainerDocument { Id = "bbbb", Name = "bad" });
        string file = Path.Combine(directory.Path, "containers", "bbbb", "config.v2.json");
        File.WriteAllText(file, broken);

        IReadOnlyList<Container> read = new ContainerTable(directory.Path).All();

        Assert.Equal(["aaaa"], read.Select(container => container.Id));
        Assert.Equal(broken, File.ReadAllText(file));
    }

    [Fact]
    public void What_was_written_beside_and_never_renamed_is_not_read()
    {
        new ContainerTable(directory.Path).Add(new ContainerDocument { Id = "aaaa", Name = "good" });
        File.WriteAllText(Path.Combine(directory.Path, "containers", "aaaa", "config.v2.json.next"), "{");

        Assert.Single(new ContainerTable(directory.Path).All());
    }
}
