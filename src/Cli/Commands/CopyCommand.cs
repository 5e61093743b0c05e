using System.Text;
using System.Text.Json;
using Wharf.Cli.Archives;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

internal static class CopyCommand
{
    // Bits of a mode as Go numbers them, which the header of an engine carries.
    private const uint GoFolder = 1u << 31;
    private const uint GoLink = 1u << 27;
    private const uint GoDevice = 1u << 26;
    private const int MostLinks = 255;

    internal static Command Build() => new()
    {
        Usage = $"[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\t{Session.Program} cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
        Summary = "Copy files/folders between a container and the local filesystem",
        Long = "Copy files/folders between a container and the local filesystem\n\nUse '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.",
        Paths = ["container cp", "cp"],
        Flags =
        [
            new("archive", 'a', FlagType.Switch, "Archive mode (copy all uid/gid information)"),
            new("follow-link", 'L', FlagType.Switch, "Always follow symbol link in SRC_PATH"),
            new("quiet", 'q', FlagType.Switch, "Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached"),
        ],
        Least = 2,
        Most = 2,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        if (call.Arguments[0].Length == 0)
        {
            throw new CommandException("source can not be empty");
        }

        if (call.Arguments[1].Length == 0)
        {
            throw new CommandException("destination can not be empty");
        }

        (string from, string source) = Split(call.Arguments[0]);
        (string to, string destination) = Split(call.Arguments[1]);
        bool quiet = call.Flags.Is("quiet", fallback: !call.Session.Output.IsTerminal);
        return (from.Length > 0, to.Length > 0) switch
        {
            (true, true) => throw new CommandException("copying between containers is not supported"),
            (true, false) => Download(call, from, source, destination, quiet),
            (false, true) => Upload(call, source, to, destination, quiet),
            _ => throw new CommandException("must specify at least one container source"),
        };
    }

    private static int Download(Invocation call, string container, string path, string destination, bool quiet)
    {
        if (destination != "-")
        {
            CheckDestination(destination);
        }

        string renamed = "";
        if (call.Flags.Is("follow-link") && Stat(call, container, path) is { } link && (Mode(link) & GoLink) != 0)
        {
            string target = link.Text("linkTarget");
            (string folder, string name) = CopyPlace.Split(path);
            (path, renamed) = (target.StartsWith('/') ? target : $"{folder}/{target}", name);
        }

        using EngineResponse response = call.Session.Client.Send("GET", new Query(Routes.Container(container) + "/archive").Add("path", path).ToString());
        if (destination == "-")
        {
            Pour(response.Body, call.Session.Output);
            return 0;
        }

        bool isFolder = response.Header("X-Docker-Container-Path-Stat") is { } header && (Mode(Decode(header)) & GoFolder) != 0;
        (string into, (string From, string To)? rename) = Local(destination).Receive(new CopyPlace(path, true, isFolder));
        if (renamed.Length > 0)
        {
            string first = CopyPlace.Split(path).Name;
            rename = (first, rename?.To ?? renamed);
        }

        long bytes = new ArchiveExtraction(into).Run(response.Body, name => CopyPlace.Rename(name, rename));
        Report(call, quiet, bytes, destination);
        return 0;
    }

    private static int Upload(Invocation call, string source, string container, string path, bool quiet)
    {
        CopyPlace destination = Remote(call, container, path);
        var route = new Query(Routes.Container(container) + "/archive");
        if (source == "-")
        {
            if (!destination.IsFolder)
            {
                throw new CommandException($"destination \"{container}:{path}\" must be a directory");
            }

            using var input = new FileDescriptor(0, ownsHandle: false);
            using var stream = new DescriptorStream(input, "standard input");
            Put(call, route, destination.Path, stream);
            return 0;
        }

        CopyPlace local = Source(source, call.Flags.Is("follow-link"));
        (string into, (string From, string To)? rename) = destination.Receive(local);
        string name = rename?.To ?? (local.Renamed.Length > 0 ? local.Renamed : CopyPlace.Split(local.Path).Name);
        using var archive = new ArchiveSource(Path.GetFullPath(local.Path), name);
        Put(call, route, into, archive.Stream);
        archive.ThrowFailure();
        Report(call, quiet, Size(local.Path), $"{container}:{path}");
        return 0;
    }

    private static void Put(Invocation call, Query route, string path, Stream archive)
    {
        route.Add("path", path).Add("noOverwriteDirNonDir", "true");
        if (call.Flags.Is("archive"))
        {
            route.Add("copyUIDGID", "true");
        }

        call.Session.Client.Send("PUT", route.ToString(), RequestContent.Archive(archive)).Dispose();
    }

    private static CopyPlace Remote(Invocation call, string container, string path)
    {
        if (Stat(call, container, path) is not { } stat)
        {
            return new CopyPlace(path, false, false);
        }

        if ((Mode(stat) & GoLink) != 0)
        {
            string target = stat.Text("linkTarget");
            path = target.StartsWith('/') ? target : $"{CopyPlace.Split(path).Folder}/{target}";
            if (Stat(call, container, path) is not { } followed)
            {
                return new CopyPlace(path, false, false);
            }

            stat = followed;
        }

        return (Mode(stat) & GoDevice) != 0
            ? throw new CommandException($"destination \"{container}:{path}\" must be a directory or a regular file: got a device")
            : new CopyPlace(path, true, (Mode(stat) & GoFolder) != 0);
    }

    /// <summary>Null when nothing is there, or the engine does not say.</summary>
    private static JsonElement? Stat(Invocation call, string container, string path)
    {
        try
        {
            using EngineResponse response = call.Session.Client.Send("HEAD", new Query(Routes.Container(container) + "/archive").Add("path", path).ToString());
            return response.Header("X-Docker-Container-Path-Stat") is { } header ? Decode(header) : null;
        }
        catch (EngineException)
        {
            // The copy itself says why.
            return null;
        }
    }

    private static JsonElement Decode(string header) => JsonElement.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(header)));

    private static uint Mode(JsonElement stat) => (uint)stat.Number("mode");

    private static CopyPlace Source(string path, bool follow)
    {
        string trimmed = path.Length > 1 ? path.TrimEnd('/') : path;
        bool leads = new FileInfo(trimmed).LinkTarget is not null;
        FileStatus? status = Files.Find(trimmed);
        if (status is null && !leads)
        {
            throw new CommandException($"lstat {Path.GetFullPath(path)}: no such file or directory");
        }

        if (leads && (follow || path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal)))
        {
            string target = Resolve(path);
            bool folder = Directory.Exists(target);
            return new CopyPlace(path.EndsWith("/.", StringComparison.Ordinal) ? target + "/." : target, true, folder) { Renamed = path.EndsWith("/.", StringComparison.Ordinal) ? "" : CopyPlace.Split(path).Name };
        }

        bool isFolder = !leads && status is { Kind: FileKind.Directory };
        return !isFolder && path.EndsWith('/') ? throw new CommandException("not a directory") : new CopyPlace(path, true, isFolder);
    }

    private static CopyPlace Local(string path)
    {
        string resolved = Resolve(path);
        return new CopyPlace(path.EndsWith('/') && !resolved.EndsWith('/') ? resolved + "/" : resolved, Directory.Exists(resolved) || File.Exists(resolved), Directory.Exists(resolved));
    }

    /// <summary>What a path of this machine leads to, its links followed even when the last leads nowhere.</summary>
    private static string Resolve(string path)
    {
        string current = path;
        for (int links = 0; links < MostLinks; links++)
        {
            if (new FileInfo(current.Length > 1 ? current.TrimEnd('/') : current).LinkTarget is not { } target)
            {
                return current;
            }

            current = target.StartsWith('/') ? target : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(current.TrimEnd('/')))!, target);
        }

        throw new CommandException($"too many symlinks in {path}");
    }

    private static void CheckDestination(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path).TrimEnd('/')) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"invalid output path: directory \"{folder}\" does not exist");
        }

        if (Files.Find(path) is { Kind: FileKind.BlockDevice or FileKind.CharacterDevice })
        {
            throw new CommandException($"invalid output path: \"{path}\" must be a directory or a regular file: got a device");
        }
    }

    private static void Report(Invocation call, bool quiet, long bytes, string destination)
    {
        if (!quiet)
        {
            call.Session.Error.Line($"Successfully copied {Words.Size(bytes)} to {destination}");
        }
    }

    private static long Size(string path) =>
        File.Exists(path) ? new FileInfo(path).Length
            : Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Sum(file => file.Length)
            : 0;

    private static void Pour(Stream from, TextOutput to)
    {
        byte[] buffer = new byte[64 * 1024];
        for (int count = from.Read(buffer); count > 0; count = from.Read(buffer))
        {
            to.Bytes(buffer.AsSpan(0, count));
        }
    }

    /// <summary>The container, empty for a path of this machine, and the path.</summary>
    private static (string Container, string Path) Split(string argument)
    {
        int colon = argument.IndexOf(':', StringComparison.Ordinal);
        return argument.StartsWith('/') || argument.StartsWith('.') || colon < 0 ? ("", argument) : (argument[..colon], argument[(colon + 1)..]);
    }
}
