using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.EngineApi.Containers;
using Wharf.Linux;

namespace Wharf.Daemon.Archives;

/// <summary>A path of a container that was looked up: the open directory that it is in, its name there, and what it is.</summary>
internal sealed class ContainerPath : IDisposable
{
    // Go's os.FileMode, which clients decode.
    private const uint GoFolder = 1u << 31;
    private const uint GoLink = 1u << 27;
    private const uint GoDevice = 1u << 26;
    private const uint GoFifo = 1u << 25;
    private const uint GoSocket = 1u << 24;
    private const uint GoSetUser = 1u << 23;
    private const uint GoSetGroup = 1u << 22;
    private const uint GoCharacter = 1u << 21;
    private const uint GoSticky = 1u << 20;

    private readonly FileDescriptor root;

    private ContainerPath(FileDescriptor root, FileDescriptor folder, string entry, string shown, FileStatus status)
    {
        this.root = root;
        Folder = folder;
        Entry = entry;
        Shown = shown;
        Status = status;
    }

    internal FileDescriptor Folder { get; }

    /// <summary>Name in the folder; "." is the folder itself.</summary>
    internal string Entry { get; }

    /// <summary>The last part of the path as the client wrote it: "." for one that ends so, "/" for the root.</summary>
    internal string Shown { get; }

    internal FileStatus Status { get; }

    public void Dispose() => Folder.Dispose();

    /// <summary>Looks a path up; a link at its end is followed only when a slash or a dot comes after it.</summary>
    /// <exception cref="EngineException">There is nothing.</exception>
    internal static ContainerPath Find(FileDescriptor root, string path, string container)
    {
        string cleaned = Containers.BindSpecification.Clean(path);
        bool dot = path == "." || path.EndsWith("/.", StringComparison.Ordinal);
        bool through = cleaned == "/" || dot || path.EndsWith('/');
        int slash = cleaned.LastIndexOf('/');
        try
        {
            FileDescriptor folder = Files.OpenInRoot(root, through ? cleaned : cleaned[..(slash + 1)], OpenFlags.Path | OpenFlags.Directory);
            try
            {
                string entry = through ? "." : cleaned[(slash + 1)..];
                FileStatus status = DirectoryEntries.Find(folder, entry) ?? throw NotFound(path, container);
                return new ContainerPath(root, folder, entry, dot ? "." : cleaned == "/" ? "/" : cleaned[(slash + 1)..], status);
            }
            catch
            {
                folder.Dispose();
                throw;
            }
        }
        catch (SyscallException error) when (error.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw NotFound(path, container);
        }
    }

    internal static EngineException NotFound(string path, string container) => new(EngineErrorKind.NotFound, $"Could not find the file {path} in container {container}");

    /// <summary>The value of X-Docker-Container-Path-Stat.</summary>
    internal string Header()
    {
        var stat = new PathStat
        {
            name = Shown,
            size = (long)Status.Size,
            mode = GoMode(Status),
            mtime = DateTimeOffset.UnixEpoch.AddSeconds(Status.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + Fraction(Status.Nanoseconds) + "Z",
            linkTarget = Status.Kind == FileKind.SymbolicLink ? Target() : "",
        };
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(stat, ContainersJson.Default.PathStat)));
    }

    private static string Fraction(uint nanoseconds) => nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');

    /// <summary>Where a link leads, from the container's root: clients ask for that next.</summary>
    private string Target()
    {
        string target = Files.ReadLink(Folder, Entry) ?? "";
        string above = Place(root);
        string here = Place(Folder);

        // A root that is put together for this has a place of its own on the host.
        here = above.Length > 1 && here.StartsWith(above, StringComparison.Ordinal) ? here[above.Length..] : here;
        return target.StartsWith('/') ? Containers.BindSpecification.Clean(target) : Containers.BindSpecification.Clean(here + "/" + target);
    }

    private static string Place(FileDescriptor folder) => Files.ReadLink(null, $"/proc/self/fd/{folder.Number}") ?? "/";

    private static uint GoMode(FileStatus status) => (status.Mode & 0x1ff)
        | ((status.Mode & 0x800) != 0 ? GoSetUser : 0)
        | ((status.Mode & 0x400) != 0 ? GoSetGroup : 0)
        | ((status.Mode & 0x200) != 0 ? GoSticky : 0)
        | status.Kind switch
        {
            FileKind.Directory => GoFolder,
            FileKind.SymbolicLink => GoLink,
            FileKind.BlockDevice => GoDevice,
            FileKind.CharacterDevice => GoDevice | GoCharacter,
            FileKind.Fifo => GoFifo,
            FileKind.Socket => GoSocket,
            _ => 0,
        };
}
