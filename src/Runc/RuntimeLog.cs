using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Runc;

/// <summary>The log that callers read: a file or stderr, lines of text or of JSON with level, msg and time, as runc's are.</summary>
internal sealed class RuntimeLog(string? path, bool json, bool debug)
{
    internal void Warning(string message) => Line("warning", message);

    internal void Error(string message) => Line("error", message);

    internal void Debug(string message)
    {
        if (debug)
        {
            Line("debug", message);
        }
    }

    private void Line(string level, string message)
    {
        string time = DateTimeOffset.Now.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        string quoted = Quote(message);
        string line = json
            ? $$"""{"level":"{{level}}","msg":{{quoted}},"time":"{{time}}"}"""
            : $"time=\"{time}\" level={level} msg={quoted}";
        if (path is null)
        {
            Streams.Error(line + "\n");
            return;
        }

        using FileDescriptor file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1a4);
        Files.Write(file, Encoding.UTF8.GetBytes(line + "\n"), path);
    }

    private static string Quote(string message) =>
        "\"" + JsonEncodedText.Encode(message, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString() + "\"";
}
