using CsCheck;
using Wharf.Linux;

namespace Wharf.Containerd.Tests.Differ;

/// <summary>A tree of all kinds of files below a few names, so that two of them share many paths.</summary>
internal sealed record RandomTree(IReadOnlyList<RandomTree.Node> Nodes)
{
    private static readonly string[] Words = ["a", "b", "a.b", "ü", PathText.Decode([0xfc, 0xff]), "z-" + new string('l', 90)];

    internal static readonly Gen<RandomTree> Any =
        Gen.Select(
            Gen.Int[0, Words.Length - 1].Array[1, 3],
            Gen.Char["dddfffflhcpn"],
            Gen.Int[0, 3],
            Of(0x1edu, 0x1a4u, 0x9edu, 0x3ffu),
            Of(0u, 1000u, 3_000_000u),
            Of((1_600_000_000L, 0L), (1_600_000_000L, 5L), (1_700_000_000L, 0L), (-5L, 0L)),
            Gen.Int[0, 3]).Select((words, kind, content, mode, owner, time, attribute) =>
                new Node(string.Join('/', words.Select(word => Words[word])), kind, content, mode, owner, time, attribute))
            .List[0, 12].Select(nodes => new RandomTree(nodes));

    /// <summary>Makes as much of it as fits together.</summary>
    internal void Make(string root)
    {
        using FileDescriptor top = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        var files = new List<string>();
        var times = new List<(string Path, (long Seconds, long Nanoseconds) Time)>();
        foreach (Node node in Nodes)
        {
            string path = node.Path;
            string above = Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : ".";
            using FileDescriptor? parent = FindFolder(top, above);
            if (parent is null || DirectoryEntries.Find(parent, Path.GetFileName(path)) is not null)
            {
                continue;
            }

            switch (node.Kind)
            {
                case 'd':
                    Files.MakeDirectory(top, path, 0x1ed);
                    break;
                case 'f':
                    using (FileDescriptor file = Files.OpenAt(top, path, OpenFlags.WriteOnly | OpenFlags.Create, 0x180))
                    {
                        Files.WriteText(file, new string((char)('0' + node.Content), node.Content * 700), path);
                    }

                    files.Add(path);
                    break;
                case 'l':
                    Files.MakeLink(top, path, node.Content == 0 ? "/etc/" + new string('t', 120) : $"../{node.Content}");
                    break;
                case 'h' when files.Count > 0:
                    DirectoryEntries.Link(top, files[node.Content % files.Count], top, path);
                    continue;
                case 'c':
                    Files.MakeNode(top, path, FileKind.CharacterDevice, 0x1b0, 1, (uint)node.Content + 300);
                    break;
                case 'p':
                    Files.MakeNode(top, path, FileKind.Fifo, 0x180);
                    break;
                default:
                    continue;
            }

            DirectoryEntries.ChangeOwner(top, path, node.Owner, node.Owner);
            if (node.Kind != 'l')
            {
                Files.ChangeMode(top, path, node.Mode);
            }

            if (node.Kind is 'd' or 'f' && node.Attribute > 0)
            {
                DirectoryEntries.SetAttribute(top, path, "user.one", [0, (byte)node.Attribute, 0xff, (byte)'\n']);
            }

            if (node.Kind == 'f' && node.Attribute == 2)
            {
                // VFS_CAP_REVISION_2, cap_net_raw.
                DirectoryEntries.SetAttribute(top, path, "security.capability", [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            }

            times.Add((path, node.Time));
        }

        foreach ((string path, (long Seconds, long Nanoseconds) time) in times)
        {
            DirectoryEntries.SetTime(top, path, time.Seconds, time.Nanoseconds);
        }
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>A directory that no link leads to.</summary>
    private static FileDescriptor? FindFolder(FileDescriptor top, string path)
    {
        FileDescriptor here = Files.OpenAt(top, ".", OpenFlags.Path | OpenFlags.Directory);
        foreach (string name in path.Split('/'))
        {
            using FileDescriptor last = here;
            if (DirectoryEntries.Find(last, name)?.Kind != FileKind.Directory)
            {
                return null;
            }

            here = Files.OpenAt(last, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
        }

        return here;
    }

    internal sealed record Node(string Path, char Kind, int Content, uint Mode, uint Owner, (long Seconds, long Nanoseconds) Time, int Attribute);
}
