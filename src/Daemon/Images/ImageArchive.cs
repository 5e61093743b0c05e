using System.Formats.Tar;
using Wharf.Oci.Digests;
using Wharf.Oci.Images;

namespace Wharf.Daemon.Images;

/// <summary>
/// A tar of images, kept as one unnamed file while it is read. Nothing of it is ever written under a name of its own, so no entry can
/// leave anything anywhere; entries that try are refused all the same.
/// </summary>
internal sealed class ImageArchive : IAsyncDisposable
{
    private const int MostEntries = 100_000;
    private const int MostLinks = 16;
    private readonly FileStream _file;
    private readonly Dictionary<string, (long Start, long Length)> _files = [];
    private readonly Dictionary<string, string> _links = [];

    private ImageArchive(FileStream file) => _file = file;

    /// <summary>Takes a whole archive in, compressed or not.</summary>
    /// <param name="source">Read to its end; the caller keeps it.</param>
    /// <param name="directory">Where the copy is made; it is gone when this object is.</param>
    /// <exception cref="ImageFormatException"/>
    public static async Task<ImageArchive> ReadAsync(Stream source, string directory, CancellationToken cancellation)
    {
        byte[] magic = new byte[Compression.MagicLength];
        int count = await source.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = new FileStream(Path.Combine(directory, $"load-{Guid.NewGuid():N}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
        var archive = new ImageArchive(file);
        try
        {
            await using (var whole = new PrefixedStream(magic.AsMemory(0, count), source))
            await using (Stream plain = Compression.Open(magic.AsSpan(0, count), whole))
            {
                await plain.CopyToAsync(file, 1 << 20, cancellation).ConfigureAwait(false);
            }

            file.Position = 0;
            await archive.IndexAsync(cancellation).ConfigureAwait(false);
            return archive;
        }
        catch (Exception error)
        {
            await archive.DisposeAsync().ConfigureAwait(false);
            throw error is InvalidDataException or EndOfStreamException or FormatException or ZstdSharp.ZstdException
                ? new ImageFormatException($"read archive: {Lower(error.Message)}", error)
                : error;
        }
    }

    public bool Has(string name) => Find(name) is not null;

    public bool Has(Digest digest) => Has(BlobName(digest));

    /// <summary>A small file as a whole.</summary>
    public async Task<byte[]> ReadAsync(string name, int limit, CancellationToken cancellation)
    {
        (long Start, long Length) entry = Find(name) ?? throw new ImageFormatException($"read archive: \"{name}\" is missing");
        if (entry.Length > limit)
        {
            throw new ImageFormatException($"read archive: \"{name}\" has {entry.Length} bytes, at most {limit} are supported");
        }

        byte[] content = new byte[entry.Length];
        await using var slice = new SliceStream(_file.SafeFileHandle, entry.Start, entry.Length);
        await slice.ReadExactlyAsync(content, cancellation).ConfigureAwait(false);
        return content;
    }

    /// <summary>Opens a file at an offset.</summary>
    public SliceStream Open(string name, long offset = 0)
    {
        (long Start, long Length) entry = Find(name) ?? throw new ImageFormatException($"read archive: \"{name}\" is missing");
        return new SliceStream(_file.SafeFileHandle, entry.Start + offset, entry.Length - offset);
    }

    public long Length(string name) => Find(name)?.Length ?? throw new ImageFormatException($"read archive: \"{name}\" is missing");

    /// <summary>Where an OCI image layout keeps a blob: image-spec 1.1, image-layout.md.</summary>
    public static string BlobName(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Encoded}";

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static string Lower(string text) => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.');

    /// <summary>The path without "./"; absolute ones and ".." are refused.</summary>
    private static string Normalise(string name, string entry)
    {
        string[] parts = [.. name.Split('/').Where(part => part.Length > 0 && part != ".")];
        return name.StartsWith('/') || parts.Contains("..")
            ? throw new ImageFormatException($"read archive: entry \"{entry}\" leaves the archive")
            : string.Join('/', parts);
    }

    private async Task IndexAsync(CancellationToken cancellation)
    {
        await using var reader = new TarReader(_file, leaveOpen: true);
        int count = 0;
        while (await reader.GetNextEntryAsync(copyData: false, cancellation).ConfigureAwait(false) is { } entry)
        {
            if (++count > MostEntries)
            {
                throw new ImageFormatException($"read archive: more than {MostEntries} entries");
            }

            string name = Normalise(entry.Name, entry.Name);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    if (entry.DataOffset + entry.Length > _file.Length)
                    {
                        throw new ImageFormatException($"read archive: \"{entry.Name}\" ends after the archive");
                    }

                    _files[name] = (entry.DataOffset, entry.Length);
                    break;
                case TarEntryType.SymbolicLink:
                    // docker save of old links equal layers: relative to the link's directory.
                    _links[name] = Target(name, entry.LinkName);
                    break;
                case TarEntryType.HardLink:
                    _links[name] = Normalise(entry.LinkName, entry.Name);
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw new ImageFormatException($"read archive: entry \"{entry.Name}\" is neither file, directory nor link");
            }
        }

        if (count == 0)
        {
            throw new ImageFormatException("read archive: it is empty or not a tar archive");
        }
    }

    private static string Target(string link, string target)
    {
        if (target.StartsWith('/'))
        {
            throw new ImageFormatException($"read archive: link \"{link}\" leaves the archive");
        }

        List<string> parts = [.. link.Split('/')[..^1]];
        foreach (string part in target.Split('/'))
        {
            switch (part)
            {
                case "" or ".":
                    break;
                case ".." when parts.Count == 0:
                    throw new ImageFormatException($"read archive: link \"{link}\" leaves the archive");
                case "..":
                    parts.RemoveAt(parts.Count - 1);
                    break;
                default:
                    parts.Add(part);
                    break;
            }
        }

        return string.Join('/', parts);
    }

    private (long Start, long Length)? Find(string name)
    {
        string current = Normalise(name, name);
        for (int followed = 0; followed <= MostLinks; followed++)
        {
            if (_files.TryGetValue(current, out (long Start, long Length) entry))
            {
                return entry;
            }

            if (!_links.TryGetValue(current, out string? target))
            {
                return null;
            }

            current = target;
        }

        throw new ImageFormatException($"read archive: links of \"{name}\" never end");
    }
}
