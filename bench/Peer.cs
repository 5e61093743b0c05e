using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>A program of somebody else's on this machine.</summary>
internal sealed record Peer(string Name, string Path)
{
    /// <summary>Null when it is not installed, which the report then says.</summary>
    internal static Peer? Find(string program, Report report)
    {
        if (Spawner.Find(program) is not { } path)
        {
            report.Note($"{program}: not installed, not measured");
            return null;
        }

        return new Peer($"{program} {Version(path)}", path);
    }

    /// <summary>One that is not in PATH.</summary>
    internal static Peer At(string path) => new($"{System.IO.Path.GetFileName(path)} {Version(path)}", path);

    /// <summary>One of ours, or null when it is not built.</summary>
    internal static string? Built(string program, Report report)
    {
        string path = System.IO.Path.Combine(Programs.Folder, program);
        if (File.Exists(path))
        {
            return path;
        }

        report.Note($"{program}: not built, not measured");
        return null;
    }

    private static string Version(string path)
    {
        string text = Command.Run(path, "--version").Output;
        string? number = text.Split([' ', '\n', ','], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => char.IsAsciiDigit(word.TrimStart('v')[..1].FirstOrDefault('x')));
        return number?.TrimStart('v').Split('+', '~')[0] ?? "";
    }
}
