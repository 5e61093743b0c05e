using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;
using Wharf.Cli.Output;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

/// <summary>Contexts as archives, to be taken to another machine: meta.json, and tls/ENDPOINT/FILE.</summary>
internal static class ContextArchives
{
    private const int LargestFile = 10 * 1024 * 1024;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    internal static Command Export() => new()
    {
        Usage = "[OPTIONS] CONTEXT [FILE|-]",
        Summary = "Export a context to a tar archive FILE or a tar stream on STDOUT.",
        Paths = ["context export"],
        Least = 1,
        Most = 2,
        Run = call =>
        {
            Session session = call.Session;
            string name = call.Arguments[0];
            string target = call.Arguments.Count > 1 ? call.Arguments[1] : name + ".dockercontext";
            if (name != ContextStore.Default)
            {
                ContextStore.CheckName(name);
            }

            byte[] archive = Pack(session, name);
            if (target == "-")
            {
                if (session.Output.IsTerminal)
                {
                    throw new CommandException("cowardly refusing to export to a terminal, specify a file path");
                }

                session.Output.Bytes(archive);
                return 0;
            }

            if (File.Exists(target))
            {
                throw new CommandException($"open {target}: file exists");
            }

            using (var file = new FileStream(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            {
                file.Write(archive);
            }

            session.Error.Line($"Written file \"{target}\"");
            return 0;
        },
    };

    internal static Command Import() => new()
    {
        Usage = "CONTEXT FILE|-",
        Summary = "Import a context from a tar or zip file",
        Paths = ["context import"],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            Session session = call.Session;
            string name = call.Arguments[0];
            ContextChanges.CheckNew(session, name);
            using FileDescriptor source = call.Arguments[1] == "-" ? new FileDescriptor(0, ownsHandle: false) : OpenFile(call.Arguments[1]);
            Unpack(session, name, Files.ReadToEnd(source, call.Arguments[1], LargestFile));
            session.Output.Line(name);
            session.Error.Line($"Successfully imported context \"{name}\"");
            return 0;
        },
    };

    private static FileDescriptor OpenFile(string path)
    {
        try
        {
            return Files.Open(path, OpenFlags.ReadOnly);
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            throw new CommandException($"open {path}: no such file or directory");
        }
    }

    private static byte[] Pack(Session session, string name)
    {
        bool isDefault = name == ContextStore.Default;
        string document = isDefault
            ? ContextDocument.Write(name, "", new EndpointSetting(new EngineEndpoint(session).DefaultHost, false, new Dictionary<string, byte[]>()), default)
            : session.Contexts.Get(name).Document.GetRawText();
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Add("meta.json", Encoding.UTF8.GetBytes(document), 0x1a4);
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "tls") { Mode = (UnixFileMode)0x1c0 });
            foreach ((string path, byte[] content) in isDefault ? new Dictionary<string, byte[]>() : session.Contexts.ReadTls(name))
            {
                Add("tls/" + path, content, 0x180);
            }

            void Add(string path, byte[] content, int mode) =>
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path) { Mode = (UnixFileMode)mode, DataStream = new MemoryStream(content) });
        }

        return archive.ToArray();
    }

    private static void Unpack(Session session, string name, byte[] archive)
    {
        JsonElement document = default;
        var secrets = new Dictionary<string, byte[]>();
        foreach ((string path, byte[] content) in archive.AsSpan().StartsWith("PK\x03\x04"u8) ? ReadZip(archive) : ReadTar(archive))
        {
            string clean = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
            string[] parts = clean.Split('/');
            if (parts.Any(part => part is ".." or "") || clean.Contains('\\', StringComparison.Ordinal))
            {
                throw new CommandException($"unexpected context file: {path}");
            }

            if (clean == "meta.json")
            {
                document = Parse(content);
            }
            else if (parts is ["tls", _, _])
            {
                secrets[$"{parts[1]}/{parts[2]}"] = content;
            }
            else
            {
                throw new CommandException(parts[0] == "tls" ? "archive format is invalid" : $"unexpected context file: {path}");
            }
        }

        if (document.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException("invalid context: no metadata found");
        }

        session.Contexts.Put(name, ContextDocument.Write(name, "", null, document), secrets);
    }

    private static JsonElement Parse(byte[] content)
    {
        try
        {
            return JsonElement.Parse(content);
        }
        catch (JsonException error)
        {
            throw new CommandException($"meta.json of the context: {error.Message}");
        }
    }

    private static IEnumerable<(string Path, byte[] Content)> ReadTar(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                yield return (entry.Name, content.ToArray());
            }
        }
    }

    private static IEnumerable<(string Path, byte[] Content)> ReadZip(byte[] archive)
    {
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(archive));
        foreach (System.IO.Compression.ZipArchiveEntry entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            if (entry.Length > LargestFile)
            {
                throw new CommandException($"read: limit of {LargestFile} bytes exceeded");
            }

            using Stream stream = entry.Open();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return (entry.FullName, content.ToArray());
        }
    }
}
