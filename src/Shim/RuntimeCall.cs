using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>One call of the runtime: its command line, and what its log says when it has failed.</summary>
internal sealed class RuntimeCall
{
    private const string DefaultRoot = "/run/containerd/runc";
    private readonly string failure;
    private readonly string log;

    /// <param name="settings">Which runtime, and what every call of it gets.</param>
    /// <param name="containerdNamespace">Ids are unique in it.</param>
    /// <param name="bundle">The working folder, and where the log goes.</param>
    /// <param name="slot">Calls of one bundle at the same time have different ones.</param>
    /// <param name="failure">The first words of the error.</param>
    /// <param name="command">The command and its arguments.</param>
    /// <param name="streams">The process's; null for none.</param>
    internal RuntimeCall(RuntimeSettings settings, string containerdNamespace, string bundle, int slot, string failure, IReadOnlyList<string> command, StandardStreams? streams)
    {
        this.failure = failure;
        log = LogPath(bundle, slot);
        File.Delete(log);
        string root = Path.Combine(settings.Root.Length > 0 ? settings.Root : DefaultRoot, containerdNamespace);
        string binary = settings.Binary();
        List<string> arguments = [binary, "--root", root, "--log", log, "--log-format", "json"];
        if (settings.SystemdCgroup)
        {
            arguments.Add("--systemd-cgroup");
        }

        if (settings.CriuPath.Length > 0)
        {
            arguments.AddRange(["--criu", settings.CriuPath]);
        }

        Request = new SpawnRequest
        {
            Path = binary,
            Arguments = [.. arguments, .. command],
            WorkingDirectory = bundle,

            // Its hooks end with it, should it have to be ended.
            NewProcessGroup = true,
            Descriptors = streams?.Descriptors() ?? [],
        };
    }

    internal SpawnRequest Request { get; }

    /// <summary>Every call of the runtime names its log, so a process that names one is the runtime's, of this bundle.</summary>
    internal static bool IsLog(string bundle, string path) =>
        path.StartsWith(bundle, StringComparison.Ordinal) && path[bundle.Length..] is var name && name.StartsWith("/log", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal) && name.LastIndexOf('/') == 0;

    internal void Check(ExitStatus status)
    {
        if (status.Code != 0)
        {
            throw Failure(status);
        }
    }

    private static string LogPath(string bundle, int slot) =>
        Path.Combine(bundle, slot == 0 ? "log.json" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"log-{slot}.json"));

    /// <summary>The runtime's last error line, in the words that clients look for.</summary>
    private ShimException Failure(ExitStatus status)
    {
        string? message = File.Exists(log)
            ? File.ReadAllLines(log).Select(ErrorOf).LastOrDefault(text => text is not null)
            : null;
        return message is null ? new ShimException($"{failure}: exit status {status.Code}")
            : message.Contains("container does not exist", StringComparison.Ordinal) || message.Contains("container not running", StringComparison.Ordinal) ? ShimException.NotFound("process already finished: " + message)
            : new ShimException($"{failure}: {message}");
    }

    private static string? ErrorOf(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("level").GetString() == "error" ? document.RootElement.GetProperty("msg").GetString() : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException)
        {
            return null;
        }
    }
}
