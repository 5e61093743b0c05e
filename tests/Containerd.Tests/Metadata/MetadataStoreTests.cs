using Wharf.ContainerdApi.Images.V1;
using Wharf.Containerd.Metadata;

namespace Wharf.Containerd.Tests.Metadata;

public sealed class MetadataStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-meta-").FullName;

    private string Path => System.IO.Path.Combine(folder, "metadata.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_change_is_there_after_a_new_start()
    {
        using (var store = new MetadataStore(Path))
        {
            store.Change(records => records.Put("ns", RecordKind.Image, "a", new Image { Name = "a" }));
        }

        using var again = new MetadataStore(Path);
        Assert.Equal("a", again.Read(records => records.Find(Image.Parser, "ns", RecordKind.Image, "a"))?.Name);
    }

    [Fact]
    public void A_change_that_throws_changes_nothing()
    {
        using var store = new MetadataStore(Path);
        Assert.Throws<InvalidOperationException>(() => store.Change(records =>
        {
            records.Put("ns", RecordKind.Image, "a", new Image { Name = "a" });
            throw new InvalidOperationException();
        }));
        Assert.Empty(store.Read(records => records.List("ns", RecordKind.Image)));

        // And the next one works.
        store.Change(records => records.Put("ns", RecordKind.Image, "b", new Image { Name = "b" }));
        Assert.Single(store.Read(records => records.List("ns", RecordKind.Image)));
    }

    [Fact]
    public void Namespaces_and_kinds_are_apart()
    {
        using var store = new MetadataStore(Path);
        store.Change(records =>
        {
            records.Put("one", RecordKind.Image, "x", [1]);
            records.Put("two", RecordKind.Image, "x", [2]);
            records.Put("one", RecordKind.Container, "x", [3]);
            records.Put(string.Empty, RecordKind.Setting, "x", [4]);
        });
        Assert.Equal([2], store.Read(records => records.Find("two", RecordKind.Image, "x")));
        Assert.Equal(["one", "two"], store.Read(records => records.Namespaces()).Order());
        Assert.Equal(2, store.Read(records => records.ListEverywhere(RecordKind.Image)).Count);
    }

    [Fact]
    public void Many_writers_at_once_lose_nothing()
    {
        using var store = new MetadataStore(Path);
        Parallel.For(0, 64, index => store.Change(records => records.Put("ns", RecordKind.Image, $"{index}", new Image { Name = $"{index}" })));
        Assert.Equal(64, store.Read(records => records.List("ns", RecordKind.Image)).Count);
    }
}
