using CsCheck;
using Wharf.Containerd.Differ;
using Wharf.Containerd.Layers;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Differ;

/// <summary>A layer made of two trees and applied to the first gives the second.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void A_layer_applied_to_the_tree_below_gives_the_tree_above()
    {
        Gen.Select(RandomTree.Any, RandomTree.Any).Sample(Check, iter: 400, threads: 1);
    }

    /// <summary>Neither length nor time tells these apart.</summary>
    [Fact]
    public void A_link_that_leads_elsewhere_is_a_change()
    {
        Check(Link(1), Link(2));

        static RandomTree Link(int target) => new([new RandomTree.Node("a", 'l', target, 0x1ff, 0, (1_600_000_000L, 5L), 0)]);
    }

    /// <summary>Found by chance: the two links differ in the fraction of a second alone.</summary>
    [Fact]
    public void A_fraction_of_a_second_is_a_change_that_a_layer_does_not_keep()
    {
        Check(Link(0), Link(5));

        static RandomTree Link(long nanoseconds) => new([new RandomTree.Node("a", 'l', 1, 0x1ff, 0, (1_600_000_000L, nanoseconds), 0)]);
    }

    private static void Check(RandomTree below, RandomTree above)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners, device nodes and overlays need root");
        string folder = Directory.CreateTempSubdirectory("wharf-differ-").FullName;
        try
        {
            Check(folder, below, above);
        }
        finally
        {
            FolderRemoval.Remove(folder);
        }
    }

    private static void Check(string folder, RandomTree below, RandomTree above)
    {
        (string lower, string upper, string applied) = (Path.Combine(folder, "lower"), Path.Combine(folder, "upper"), Path.Combine(folder, "applied"));
        Array.ForEach([lower, upper, applied], path => Directory.CreateDirectory(path));
        below.Make(lower);
        above.Make(upper);
        using FileDescriptor before = MountedTree.OpenLayers([lower]);
        using FileDescriptor after = MountedTree.OpenLayers([upper]);
        byte[] layer = Layer(before, after);
        Assert.Equal(layer, Layer(before, after));

        using (var applier = new LayerApplier(new LayerTarget(applied, [lower], Overlay: true)))
        {
            applier.Apply(new TarReader(new MemoryStream(layer)), TestContext.Current.CancellationToken);
        }

        using FileDescriptor merged = MountedTree.OpenLayers([applied, lower]);
        Assert.Equal(TreeListing.Of(after), TreeListing.Of(merged));

        // And overlayfs's own whiteouts and opaque directories, read again, are the same changes: but for what only a fraction of a
        // second told from the tree below, which no archive keeps.
        List<string> again = WithoutDirectories(Layer(before, merged));
        List<string> known = WithoutDirectories(Layer(null, before));
        Assert.Equal(WithoutDirectories(layer).Where(line => again.Contains(line) || !known.Contains(line)), again);
    }

    private static byte[] Layer(FileDescriptor? before, FileDescriptor after)
    {
        var layer = new MemoryStream();
        new LayerWriter(after, new TarWriter(layer), epoch: null).Write(new TreeChanges(before, after).Walk(TestContext.Current.CancellationToken));
        return layer.ToArray();
    }

    private static List<string> WithoutDirectories(byte[] layer)
    {
        var tar = new TarReader(new MemoryStream(layer));
        var lines = new List<string>();
        while (tar.Next() is { } entry)
        {
            if (entry.Kind != '5')
            {
                lines.Add($"{entry.Name} {entry.Kind} {entry.LinkName} {entry.Mode:x} {entry.User} {entry.Size} {entry.Seconds} {entry.Major}:{entry.Minor}");
            }
        }

        return lines;
    }
}
