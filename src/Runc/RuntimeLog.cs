using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;

namespace Wharf.Runc;

/// <summary>The log that callers read: a file or stderr, lines of text or of JSON with level, msg and time, as runc's are.</summary>
internal sealed class RuntimeLog
{
    private readonly FileDescriptor? file;
    private readonly string path;
    private readonly bool json;

    private RuntimeLog(FileDescriptor? file, string path, bool json, bool debug)
    {
        this.file = file;
        this.path = path;
        this.json = json;
        Debug = debug ? message => Line("debug", message) : null;
    }

    /// <summary>Whether lines go into a file, and what a user is to see is to be said on stderr as well.</summary>
    internal bool HasFile => file is not null;

    /// <summary>Null unless such lines are asked for.</summary>
    internal Action<string>? Debug { get; }

    /// <summary>Opens the file, or takes stderr when there is no path.</summary>
    internal static RuntimeLog Open(string? path, bool json, bool debug)
    {
        if (path is null or "")
        {
            return new RuntimeLog(null, "stderr", json, debug);
        }

        try
        {
            return new RuntimeLog(Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1a4), path, json, debug);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"open {path}: {ErrnoText.Of(error.Errno)}", error);
        }
    }

    internal void Warning(string message) => Line("warning", message);

    internal void Error(string message) => Line("error", message);

    private void Line(string level, string message)
    {
        DateTimeOffset now = DateTimeOffset.Now;
        string time = now.ToString(now.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        string quoted = Quote(message);
        string line = json
            ? $$"""{"level":"{{level}}","msg":{{quoted}},"time":"{{time}}"}"""
            : $"time=\"{time}\" level={level} msg={quoted}";
        if (file is null)
        {
            Streams.Error(line + "\n");
            return;
        }

        Files.Write(file, Encoding.UTF8.GetBytes(line + "\n"), path);
    }

    private static string Quote(string message) =>
        "\"" + JsonEncodedText.Encode(message, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString() + "\"";
}
