using System.Globalization;

namespace Wharf.Harness;

/// <summary>What wharf-containerd has on the disk, beside what it says that it has.</summary>
public sealed class ContainerdStore(WharfContainerd containerd)
{
    private string Blobs => Path.Combine(containerd.Store, "io.containerd.content.v1.content", "blobs", "sha256");

    private string Snapshots => Path.Combine(containerd.Store, "io.containerd.snapshotter.v1.overlayfs", "snapshots");

    public IReadOnlyList<string> Content => Lines("content", "ls", "-q");

    /// <summary>Names of snapshots, and whether they are committed.</summary>
    public IReadOnlyList<(string Name, bool Committed)> Names =>
        [.. Lines("snapshots", "ls").Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(words => (Key(words), words[^1] == "Committed"))];

    /// <summary>What is wrong: a record without its file, a file without its record, bytes that are not what their name says.</summary>
    public IReadOnlyList<string> Faults(IReadOnlyDictionary<string, string> expectedTrees)
    {
        var faults = new List<string>();
        HashSet<string> records = [.. Content.Select(digest => digest["sha256:".Length..])];
        HashSet<string> files = [.. Directory.EnumerateFiles(Blobs).Select(file => Path.GetFileName(file))];
        faults.AddRange(records.Except(files).Select(name => $"record {name} without a blob"));
        faults.AddRange(files.Except(records).Select(name => $"blob {name} without a record"));
        faults.AddRange(Command.Run("/bin/sh", "-c", $"cd {Blobs} && sha256sum *").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words[0] != words[1]).Select(words => $"blob {words[1]} has other bytes"));

        IReadOnlyList<(string Name, bool Committed)> names = Names;
        int folders = Directory.EnumerateDirectories(Snapshots).Count();
        if (folders != names.Count)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{folders} folders of {names.Count} snapshots"));
        }

        IReadOnlyDictionary<string, string> trees = expectedTrees.Count > 0 ? Trees() : expectedTrees;
        faults.AddRange(names.Where(one => one.Committed && expectedTrees.TryGetValue(one.Name, out string? tree) && trees[one.Name] != tree).Select(one => $"snapshot {one.Name} has another tree"));
        return faults;
    }

    /// <summary>A hash of the files of each committed snapshot, by its name.</summary>
    public IReadOnlyDictionary<string, string> Trees() => Names.Where(one => one.Committed).ToDictionary(
        one => one.Name,
        one =>
        {
            // The folder that a view of it shows on top.
            string key = $"look-{Guid.NewGuid():N}";
            string mount = containerd.Ctr("snapshots", "view", "--target", "/nowhere", key, one.Name).Succeeds().Output;
            string folder = mount.Split(' ', ',', ':', '=').First(word => word.StartsWith(Snapshots, StringComparison.Ordinal));
            string hash = Command.Run("/bin/sh", "-c", $"tar --sort=name --mtime=@0 --numeric-owner -C {folder} -c . | sha256sum").Succeeds().Output;
            containerd.Ctr("snapshots", "rm", key).Succeeds();
            return hash;
        });

    /// <summary>The key under which ctr unpacks has a space in it.</summary>
    private static string Key(string[] words) => words[0].StartsWith("extract-", StringComparison.Ordinal) ? $"{words[0]} {words[1]}" : words[0];

    private string[] Lines(params string[] arguments) =>
        containerd.Ctr(arguments).Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
