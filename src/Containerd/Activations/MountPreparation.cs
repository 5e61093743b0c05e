using System.Globalization;
using Wharf.ContainerdApi.Types;
using Wharf.Linux;

namespace Wharf.Containerd.Activations;

/// <summary>
/// What is in front of a mount's type, to be done before it is mounted: "format/" fills in words, "mkdir/" makes directories,
/// "mkfs/" makes a filesystem in a file. The last two only below the daemon's own folders.
/// </summary>
internal sealed class MountPreparation(IReadOnlyList<string> roots)
{
    private const string Directory = "X-containerd.mkdir.";
    private const string Filesystem = "X-containerd.mkfs.";
    private const uint DefaultMode = 0x1c0;
    private static readonly string[] Known = ["format", "mkdir", "mkfs"];

    /// <summary>The steps, and the type that is left for the kernel.</summary>
    public static (IReadOnlyList<string> Steps, string Type) Split(string type)
    {
        var steps = new List<string>();
        while (type.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && Known.Contains(type[..slash]))
        {
            steps.Add(type[..slash]);
            type = type[(slash + 1)..];
        }

        return (steps, type);
    }

    /// <summary>The mount as the kernel takes it.</summary>
    public Mount Prepare(Mount given, IReadOnlyList<ActiveMount> mounted)
    {
        (IReadOnlyList<string> steps, string type) = Split(given.Type);
        var mount = new Mount(given) { Type = type };
        foreach (string step in steps)
        {
            switch (step)
            {
                case "format":
                    mount.Source = MountWords.Fill(mount.Source, mounted);
                    mount.Target = MountWords.Fill(mount.Target, mounted);
                    Replace(mount, mount.Options.Select(option => MountWords.Fill(option, mounted)));
                    break;
                case "mkdir":
                    foreach (string option in Taken(mount, Directory))
                    {
                        MakeDirectory(option);
                    }

                    break;
                default:
                    MakeFilesystem(mount.Source, Taken(mount, Filesystem));
                    break;
            }
        }

        return mount;
    }

    /// <summary>Options with a prefix, which is taken off, and they out of the mount.</summary>
    private static string[] Taken(Mount mount, string prefix)
    {
        string[] taken = [.. mount.Options.Where(option => option.StartsWith(prefix, StringComparison.Ordinal)).Select(option => option[prefix.Length..])];
        Replace(mount, mount.Options.Where(option => !option.StartsWith(prefix, StringComparison.Ordinal)));
        return taken;
    }

    private static void Replace(Mount mount, IEnumerable<string> options)
    {
        string[] all = [.. options];
        mount.Options.Clear();
        mount.Options.AddRange(all);
    }

    /// <summary>path=PATH[:MODE[:USER:GROUP]]</summary>
    private void MakeDirectory(string option)
    {
        const string path = "path=";
        string[] parts = option.StartsWith(path, StringComparison.Ordinal) ? option[path.Length..].Split(':') : [];
        uint mode = DefaultMode, user = 0, group = 0;
        bool valid = parts.Length is 1 or 2 or 4
            && (parts.Length < 2 || TryOctal(parts[1], out mode))
            && (parts.Length < 4 || (uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out user) && uint.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out group)));
        if (!valid)
        {
            throw ContainerdException.Invalid($"invalid mkdir option \"{option}\"");
        }

        (string root, string below) = Below(parts[0]);
        using FileDescriptor top = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        string folder = Path.GetDirectoryName(below) ?? string.Empty;
        using FileDescriptor parent = Files.OpenInRoot(top, folder.Length == 0 ? "." : folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        string name = Path.GetFileName(below);
        if (DirectoryEntries.Find(parent, name) is { } there)
        {
            if (there.Kind != FileKind.Directory)
            {
                throw ContainerdException.Precondition($"mkdir \"{parts[0]}\": it is there and no directory");
            }

            return;
        }

        Files.MakeDirectory(parent, name, mode);
        DirectoryEntries.ChangeOwner(parent, name, user, group);
        Files.ChangeMode(parent, name, mode);
    }

    private void MakeFilesystem(string file, IReadOnlyList<string> options)
    {
        string? Option(string name) => options.FirstOrDefault(option => option.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
        if (options.FirstOrDefault(option => option.Split('=')[0] is not ("size" or "fs" or "uuid")) is { } unknown)
        {
            throw ContainerdException.Invalid($"unknown mount option {Filesystem}{unknown}");
        }

        string type = Option("fs") ?? "ext4";
        long size = ByteSize.TryParse(Option("size") ?? string.Empty) is > 0 and var given ? given : throw ContainerdException.Invalid("mkfs requires mkfs.size option");
        if (type is not ("ext2" or "ext3" or "ext4" or "xfs"))
        {
            throw ContainerdException.Invalid($"unsupported filesystem \"{type}\"");
        }

        (string root, string below) = Below(file);
        using FileDescriptor top = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        using FileDescriptor parent = Files.OpenInRoot(top, Path.GetDirectoryName(below) is { Length: > 0 } folder ? folder : ".", OpenFlags.ReadOnly | OpenFlags.Directory);
        if (DirectoryEntries.Find(parent, Path.GetFileName(below)) is not null)
        {
            // Made before; it has somebody's files in it.
            return;
        }

        string made = $"/proc/self/fd/{parent.Number}/{Path.GetFileName(below)}";
        try
        {
            using (FileStream stream = File.Create(made))
            {
                stream.SetLength(size);
            }

            string[] identity = Option("uuid") is not { } uuid ? [] : type == "xfs" ? ["-m", $"uuid={uuid}"] : ["-U", uuid];
            ToolRun.Run($"mkfs.{type}", ["-q", .. identity, Path.Combine(root, below)]);
        }
        catch
        {
            File.Delete(made);
            throw;
        }
    }

    private (string Root, string Below) Below(string path) =>
        roots.Where(root => path.StartsWith(root + "/", StringComparison.Ordinal)).Select(root => (root, path[(root.Length + 1)..].TrimEnd('/'))).FirstOrDefault() is ({ } found, { Length: > 0 } below)
            ? (found, below)
            : throw new ContainerdException(ErrorKind.Unimplemented, $"no root \"{path}\" configured: not implemented");

    private static bool TryOctal(string text, out uint mode)
    {
        mode = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || mode > 0x1ff)
            {
                return false;
            }

            mode = (mode << 3) + (uint)(digit - '0');
        }

        return text.Length > 0 && mode <= 0x1ff;
    }
}
