using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>Debian's dockerd and our engine side by side, and one client for both.</summary>
public sealed partial class EnginesFixture : IDisposable
{
    private readonly Dockerd? dockerd = File.Exists(Dockerd.Program) ? new Dockerd() : null;
    private readonly Engine? engine;

    public EnginesFixture() => engine = dockerd is null ? null : new Engine();

    public void Dispose()
    {
        engine?.Dispose();
        dockerd?.Dispose();
    }

    /// <summary>Tells the story to both engines: exit code and both outputs of each step are the same, but for ids, times and durations.</summary>
    public void Same(params string[][] story)
    {
        Assert.SkipUnless(dockerd is not null, $"no {Dockerd.Program} on this machine");
        using var folder = new TemporaryDirectory();
        string theirs = Tell(story, folder["theirs"], words => dockerd.Wharf(words));
        string ours = Tell(story, folder["ours"], words => engine!.Wharf(words));

        Assert.Equal(theirs, ours);
    }

    private static string Tell(string[][] story, string folder, Func<string[], Command> run)
    {
        Directory.CreateDirectory(folder);
        var told = new System.Text.StringBuilder();
        foreach (string[] line in story)
        {
            Command said = run([.. line.Select(word => word.Replace("FOLDER", folder, StringComparison.Ordinal))]);
            told.Append($"$ {string.Join(' ', line)}\n{said.ExitCode}\n{said.Output}{said.Error}".Replace(folder, "FOLDER", StringComparison.Ordinal));
        }

        return Plain(told.ToString());
    }

    /// <summary>Debian's dockerd and runc are of an age with fewer words in front of a runtime's error; what a container's own layer takes is the snapshotter's.</summary>
    private static string Plain(string text) =>
        Blanks().Replace(Since().Replace(Stamp().Replace(Identifier().Replace(Reclaimed().Replace(text, "reclaimed").Replace("failed to create task for container: ", "", StringComparison.Ordinal).Replace("error during container init: ", "", StringComparison.Ordinal), "ID"), "STAMP"), "SINCE"), " ");

    [GeneratedRegex(@"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4} (UTC|[+-]\d{4})|Z|[+-]\d\d:\d\d)?")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\b(Less than a second|About a minute|About an hour|\d+ (seconds?|minutes?|hours?))\b")]
    private static partial Regex Since();

    [GeneratedRegex(@"reclaimed space: \S+")]
    private static partial Regex Reclaimed();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
