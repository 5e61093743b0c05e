using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.Interop.Client;

/// <summary>One dockerd, and the same question to docker's newest client on this machine and to ours, which is called by docker's name.</summary>
public sealed partial class ParityFixture : IDisposable
{
    private const int OldestClient = 28;
    private readonly Dockerd? dockerd;
    private readonly string? client = NewestClient();
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"wharf-parity-{Guid.NewGuid():N}");

    public ParityFixture()
    {
        if (!File.Exists(Dockerd.Program) || client is null)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        File.CreateSymbolicLink(Ours, Programs.Wharf);
        dockerd = new Dockerd();
        dockerd.Docker("run", "-d", "--name", "alike", "--label", "kind=test", "--memory", "32m", "busybox:latest", "sh", "-c", "echo one; echo two; : > /made; exec sleep 100000").Succeeds();
        dockerd.Docker("create", "--name", "made", "busybox:latest", "true").Succeeds();
        dockerd.Docker("network", "create", "--driver", "bridge", "--internal", "--label", "a=b", Network).Succeeds();
        dockerd.Docker("volume", "create", "--label", "x=y", "vol1").Succeeds();
    }

    /// <summary>A network of this dockerd's own.</summary>
    public string Network { get; } = $"net-{Guid.NewGuid():N}"[..12];

    private string Ours => Path.Combine(folder, "docker");

    public void Dispose()
    {
        dockerd?.Docker("rm", "-f", "alike", "made");

        // A daemon that ends leaves the bridges of its networks behind.
        dockerd?.Docker("network", "prune", "--force");
        dockerd?.Dispose();
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Both say the same: exit code, standard output, standard error.</summary>
    public void Same(params string[] arguments)
    {
        (Command theirs, Command ours) = Both(arguments);

        Assert.Equal(Words(theirs), Words(ours));
    }

    /// <summary>The same question to both, one after the other.</summary>
    public (Command Theirs, Command Ours) Both(params string[] arguments)
    {
        Assert.SkipUnless(dockerd is not null, "no dockerd, or no docker client of version 28 on this machine");
        string[] words = [.. arguments.Select(word => word.Replace("NETWORK", Network, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal))];
        return (Run(client!, words), Run(Ours, words));
    }

    /// <summary>Each client runs the whole list, in a configuration folder of its own; what is random in the answers is left out.</summary>
    public void SameStory(IReadOnlyList<string[]> lines, params string[] after)
    {
        Assert.SkipUnless(dockerd is not null, "no dockerd, or no docker client of version 28 on this machine");
        Assert.Equal(Story(client!, "theirs", lines, after), Story(Ours, "ours", lines, after));
    }

    private List<string> Story(string program, string name, IReadOnlyList<string[]> lines, string[] after)
    {
        string config = Path.Combine(folder, name);
        Directory.CreateDirectory(config);
        var told = new List<string>();
        foreach (string[] line in lines)
        {
            string[] words = [.. line.Select(word => word.Replace("NETWORK", Network, StringComparison.Ordinal).Replace("FOLDER", config, StringComparison.Ordinal))];
            Command said = Run(program, words, config);
            (int code, string output, string error) = Words(said);
            told.Add($"{string.Join(' ', line)}\n{code}\n{output.Replace(config, "FOLDER", StringComparison.Ordinal)}\n{error.Replace(config, "FOLDER", StringComparison.Ordinal)}");
        }

        if (after.Length > 0)
        {
            Run(client!, after);
        }

        Directory.Delete(config, recursive: true);
        return told;
    }

    private Command Run(string program, string[] words, string? config = null)
    {
        Dictionary<string, string?> environment = dockerd!.ClientEnvironment();
        environment["NO_COLOR"] = "1";
        environment["DOCKER_CONTENT_TRUST"] = null;
        if (config is not null)
        {
            environment["DOCKER_CONFIG"] = config;
        }

        return Command.Run(program, words, input: "", environment, folder, TimeSpan.FromMinutes(2));
    }

    private static (int Code, string Output, string Error) Words(Command said) => (said.ExitCode, Plain(said.Output), Plain(said.Error));

    /// <summary>Ids, times and durations are each call's own.</summary>
    private static string Plain(string text)
    {
        string plain = Stamp().Replace(Identifier().Replace(text, "ID"), "STAMP");

        // A column is as wide as the longest duration in it.
        return Since().IsMatch(plain) ? Blanks().Replace(Since().Replace(plain, "SINCE"), "  ") : plain;
    }

    private static string? NewestClient()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'))
        {
            string path = Path.Combine(folder, "docker");
            if (File.Exists(path) && Command.Run(path, "--version") is { ExitCode: 0 } version
                && Version().Match(version.Output) is { Success: true } match && int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) >= OldestClient)
            {
                return path;
            }
        }

        return null;
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"^Docker version (\d+)\.")]
    private static partial Regex Version();

    [GeneratedRegex(@"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b")]
    private static partial Regex Identifier();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[+-]\d{4} (UTC|[+-]\d{4})|Z|[+-]\d\d:\d\d)?")]
    private static partial Regex Stamp();

    [GeneratedRegex(@"\b(Less than a second|About a minute|About an hour|\d+ (seconds?|minutes?|hours?))\b")]
    private static partial Regex Since();
}
