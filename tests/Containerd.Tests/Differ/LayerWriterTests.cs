using Wharf.Containerd.Differ;
using Wharf.Containerd.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Differ;

public sealed class LayerWriterTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("wharf-differ-").FullName;

    public LayerWriterTests()
    {
        Directory.CreateDirectory(Lower);
        Directory.CreateDirectory(Upper);
    }

    private string Lower => Path.Combine(folder, "lower");

    private string Upper => Path.Combine(folder, "upper");

    public void Dispose() => FolderRemoval.Remove(folder);

    [Fact]
    public void What_is_gone_is_a_whiteout_and_what_was_below_it_is_not_mentioned()
    {
        Directory.CreateDirectory(Path.Combine(Lower, "gone/deep"));
        File.WriteAllText(Path.Combine(Lower, "gone/deep/file"), "x");
        Directory.CreateDirectory(Path.Combine(Lower, "stays"));
        File.WriteAllText(Path.Combine(Lower, "stays/file"), "x");
        Directory.CreateDirectory(Path.Combine(Upper, "stays"));

        Assert.Equal([".wh.gone", "stays/", "stays/.wh.file"], Names(Entries()));
    }

    [Fact]
    public void A_directory_that_became_a_file_needs_no_whiteouts()
    {
        Directory.CreateDirectory(Path.Combine(Lower, "a/b"));
        File.WriteAllText(Path.Combine(Upper, "a"), "x");

        Assert.Equal(["a"], Names(Entries()));
    }

    [Fact]
    public void Equal_files_are_not_repeated_and_a_time_without_fraction_is_not_trusted()
    {
        foreach (string root in new[] { Lower, Upper })
        {
            File.WriteAllText(Path.Combine(root, "same"), "equal");
            File.WriteAllText(Path.Combine(root, "other"), root == Lower ? "one" : "two");
            foreach (string name in new[] { "same", "other" })
            {
                File.SetLastWriteTimeUtc(Path.Combine(root, name), DateTime.UnixEpoch.AddSeconds(1_600_000_000));
            }
        }

        Assert.Equal(["other"], Names(Entries()));
    }

    [Fact]
    public void A_new_name_of_an_old_file_brings_the_file_with_it()
    {
        File.WriteAllText(Path.Combine(Lower, "old"), "x");
        using FileDescriptor root = Files.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        DirectoryEntries.Link(root, "lower/old", root, "upper/old");
        DirectoryEntries.Link(root, "lower/old", root, "upper/new");

        List<TarEntry> entries = Entries();

        Assert.Equal([("new", '0', ""), ("old", '1', "new")], entries.Select(entry => (entry.Name, entry.Kind, entry.LinkName)));
    }

    [Fact]
    public void Times_after_the_epoch_of_the_source_are_cut_and_whiteouts_have_it()
    {
        File.WriteAllText(Path.Combine(Upper, "new"), "x");
        File.WriteAllText(Path.Combine(Upper, "old"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(Upper, "old"), DateTime.UnixEpoch.AddSeconds(5));
        File.WriteAllText(Path.Combine(Lower, "gone"), "x");

        Assert.Equal([(".wh.gone", 1000L), ("new", 1000L), ("old", 5L)], Entries(epoch: 1000).Select(entry => (entry.Name, entry.Seconds)));
    }

    [Fact]
    public void Sockets_are_left_out()
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(Upper, "socket")));

        Assert.Empty(Entries());
    }

    [Fact]
    public void Names_are_in_the_order_of_their_bytes()
    {
        foreach (string name in new[] { "\U00010000", "\uffee", "b", "a-", "a", "ä" })
        {
            File.WriteAllText(Path.Combine(Upper, name), "x");
        }

        Assert.Equal(["a", "a-", "b", "ä", "\uffee", "\U00010000"], Names(Entries()));
    }

    [Fact]
    public void A_name_of_any_bytes_stays_what_it_is()
    {
        string name = PathText.Decode([(byte)'c', 0xe9, (byte)'z']);
        Files.MakeFifo($"{Upper}/{name}", 0x180);

        byte[] layer = Layer();
        using (var applier = new LayerApplier(new LayerTarget(Lower, [], Overlay: false)))
        {
            applier.Apply(new TarReader(new MemoryStream(layer)), TestContext.Current.CancellationToken);
        }

        Assert.True(layer.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)'c', 0xe9, (byte)'z']) >= 0);
        Assert.Equal(FileKind.Fifo, Files.Find($"{Lower}/{name}")?.Kind);
    }

    [Fact]
    public void A_large_file_of_holes_keeps_its_size()
    {
        using (FileStream sparse = File.Create(Path.Combine(Upper, "sparse")))
        {
            sparse.SetLength((3 << 20) + 5);
            sparse.Position = 2 << 20;
            sparse.WriteByte(1);
        }

        Assert.Equal((3 << 20) + 5, Entries().Single().Size);
    }

    private static IEnumerable<string> Names(IEnumerable<TarEntry> entries) => entries.Select(entry => entry.Name);

    private List<TarEntry> Entries(long? epoch = null)
    {
        var tar = new TarReader(new MemoryStream(Layer(epoch)));
        var entries = new List<TarEntry>();
        while (tar.Next() is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }

    private byte[] Layer(long? epoch = null)
    {
        using FileDescriptor before = MountedTree.OpenLayers([Lower]);
        using FileDescriptor after = MountedTree.OpenLayers([Upper]);
        var layer = new MemoryStream();
        new LayerWriter(after, new TarWriter(layer), epoch).Write(new TreeChanges(before, after).Walk(TestContext.Current.CancellationToken));
        return layer.ToArray();
    }
}
