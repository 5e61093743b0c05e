using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;

namespace Wharf.Cli.Images;

/// <summary>A platform as users write it, os[/arch[/variant]], and as the API takes it.</summary>
internal static class PlatformText
{
    /// <summary>Empty for an empty text.</summary>
    internal static string ToJsonIf(string text) => text.Length == 0 ? "" : ToJson(text);

    /// <exception cref="CommandException">It is none.</exception>
    internal static string ToJson(string text)
    {
        string[] parts = text.ToLowerInvariant().Split('/');
        if (parts.Length > 3 || parts.Any(part => part.Length == 0 || !part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')))
        {
            throw new CommandException($"invalid platform: \"{text}\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid argument");
        }

        string os = parts.Length == 1 && parts[0] is "amd64" or "arm64" or "arm" or "386" ? "linux" : parts[0];
        string architecture = parts.Length > 1 ? parts[1] : os == parts[0] ? BuildInformation.Architecture : parts[0];
        return System.Text.Encoding.UTF8.GetString(JsonText.Object(writer =>
        {
            writer.WriteString("architecture", architecture switch { "x86_64" => "amd64", "aarch64" => "arm64", var other => other });
            writer.WriteString("os", os);
            writer.WriteTextIf("variant", parts.Length > 2 ? parts[2] : "");
        }).Span);
    }
}
