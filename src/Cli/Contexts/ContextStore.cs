using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;

namespace Wharf.Cli.Contexts;

/// <summary>
/// Contexts below the configuration folder, in the layout that docker's client has:
/// contexts/meta/DIGEST/meta.json, and contexts/tls/DIGEST/ENDPOINT/{ca,cert,key}.pem, DIGEST the SHA-256 of the name.
/// </summary>
internal sealed class ContextStore(string configuration)
{
    internal const string Default = "default";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private readonly string root = Path.Combine(configuration, "contexts");

    private string MetaRoot => Path.Combine(root, "meta");

    /// <summary>By name.</summary>
    internal IReadOnlyList<StoredContext> List() =>
        Directory.Exists(MetaRoot)
            ? [.. Directory.GetDirectories(MetaRoot)
                .Select(folder => Path.Combine(folder, "meta.json"))
                .Where(File.Exists)
                .Select(Read)
                .OrderBy(context => context.Name, StringComparer.Ordinal)]
            : [];

    internal StoredContext? Find(string name) => File.Exists(MetaFile(name)) ? Read(MetaFile(name)) : null;

    /// <exception cref="CommandException">There is none of that name.</exception>
    internal StoredContext Get(string name) =>
        Find(name) ?? throw new CommandException($"context \"{name}\": context not found: open {MetaFile(name)}: no such file or directory");

    internal string MetaFolder(string name) => Path.Combine(MetaRoot, Digest(name));

    internal string TlsFolder(string name) => Path.Combine(root, "tls", Digest(name));

    /// <summary>The file names of what protects an endpoint, sorted.</summary>
    internal IReadOnlyList<string> TlsFiles(string name, string endpoint) =>
        Path.Combine(TlsFolder(name), endpoint) is var folder && Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)]
            : [];

    internal string? TlsFile(string name, string file) =>
        Path.Combine(TlsFolder(name), "docker", file) is var path && File.Exists(path) ? path : null;

    internal void Put(string name, string document, IReadOnlyDictionary<string, byte[]> tls)
    {
        WriteFile(MetaFile(name), Encoding.UTF8.GetBytes(document), ForAll);
        string folder = TlsFolder(name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach ((string file, byte[] content) in tls)
        {
            WriteFile(Path.Combine(folder, file), content, OwnerOnly);
        }
    }

    internal void Remove(string name)
    {
        foreach (string folder in new[] { MetaFolder(name), TlsFolder(name) }.Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Relative paths below the folder of the endpoint's secrets, with their contents.</summary>
    internal IReadOnlyDictionary<string, byte[]> ReadTls(string name)
    {
        string folder = TlsFolder(name);
        return Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllBytes)
            : new Dictionary<string, byte[]>();
    }

    internal static void CheckName(string name)
    {
        if (name.Length == 0)
        {
            throw new CommandException("context name cannot be empty");
        }

        if (name == Default)
        {
            throw new CommandException("\"default\" is a reserved context name");
        }

        bool fits = name.Length > 1 && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "_.+-".Contains(letter, StringComparison.Ordinal));
        if (!fits)
        {
            throw new CommandException($"context name \"{name}\" is invalid, names are validated against regexp \"^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$\"");
        }
    }

    private string MetaFile(string name) => Path.Combine(MetaFolder(name), "meta.json");

    private static StoredContext Read(string file)
    {
        try
        {
            JsonElement document = JsonElement.Parse(File.ReadAllBytes(file));
            return new StoredContext(document.Text("Name"), document);
        }
        catch (JsonException error)
        {
            throw new CommandException($"parsing {file}: {error.Message}");
        }
    }

    private static void WriteFile(string path, byte[] content, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        string next = $"{path}.{Environment.ProcessId}";
        using (var file = new FileStream(next, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(content);
        }

        File.Move(next, path, overwrite: true);
    }

    private static string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
