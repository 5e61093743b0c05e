using System.Globalization;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Shim;

/// <summary>The runtime's command line. Each call blocks until the runtime has ended: it is gone in milliseconds.</summary>
internal sealed class RuntimeCommands(ShimContext? context, RuntimeSettings settings, string containerdNamespace, string id, string bundle, bool atHost)
{
    private const string DefaultRoot = "/run/containerd/runc";
    internal const string PidFileName = "init.pid";
    internal const string LogName = "log.json";
    private readonly string log = Path.Combine(bundle, LogName);

    /// <param name="atHost">The container's mounts reach the host: the runtime works in the host's mount namespace.</param>
    internal RuntimeCommands(ShimContext context, RuntimeSettings settings, string id, string bundle, bool atHost)
        : this(context, settings, context.Namespace, id, bundle, atHost)
    {
    }

    internal int Create(StandardStreams streams, string? consoleSocket)
    {
        string pidFile = Path.Combine(bundle, PidFileName);
        File.Delete(pidFile);
        List<string> arguments = ["create", "--bundle", bundle, "--pid-file", pidFile];
        if (settings.NoPivotRoot)
        {
            arguments.Add("--no-pivot");
        }

        if (settings.NoNewKeyring)
        {
            arguments.Add("--no-new-keyring");
        }

        if (consoleSocket is not null)
        {
            arguments.AddRange(["--console-socket", consoleSocket]);
        }

        Run("OCI runtime create failed", [.. arguments, id], streams);
        return ReadPid(pidFile);
    }

    /// <summary>create and start in one, from an image.</summary>
    internal int Restore(string image, StandardStreams streams, string? consoleSocket)
    {
        string pidFile = Path.Combine(bundle, PidFileName);
        string work = WorkPath(settings.CriuWorkPath);
        List<string> arguments = ["restore", "--image-path", image, "--work-path", work, "--detach", "--no-subreaper", "--bundle", bundle, "--pid-file", pidFile];
        if (settings.NoPivotRoot)
        {
            arguments.Add("--no-pivot");
        }

        if (consoleSocket is not null)
        {
            arguments.AddRange(["--console-socket", consoleSocket]);
        }

        WithLog(work, keep: settings.CriuWorkPath.Length > 0, "restore.log", "criu-restore.log", () => Run("OCI runtime restore failed", [.. arguments, id], streams));
        return ReadPid(pidFile);
    }

    internal void Checkpoint(CheckpointRequest request)
    {
        string work = WorkPath(request.WorkPath);
        WithLog(work, keep: request.WorkPath.Length > 0, "dump.log", "criu-dump.log", () => Run("OCI runtime checkpoint failed", ["checkpoint", .. request.Flags(), "--work-path", work, id]));
    }

    internal int Exec(string execId, string processFile, StandardStreams streams, string? consoleSocket)
    {
        string pidFile = Path.Combine(bundle, execId + ".pid");
        List<string> arguments = ["exec", "--process", processFile, "--detach", "--pid-file", pidFile];
        if (consoleSocket is not null)
        {
            arguments.AddRange(["--console-socket", consoleSocket]);
        }

        try
        {
            Run("OCI runtime exec failed", [.. arguments, id], streams);
            return ReadPid(pidFile);
        }
        finally
        {
            File.Delete(pidFile);
        }
    }

    internal void Start() => Run("OCI runtime start failed", ["start", id]);

    internal void Kill(uint signal, bool all)
    {
        List<string> arguments = ["kill"];
        if (all)
        {
            arguments.Add("--all");
        }

        Run("OCI runtime kill failed", [.. arguments, id, signal.ToString(CultureInfo.InvariantCulture)]);
    }

    internal void Pause() => Run("OCI runtime pause failed", ["pause", id]);

    internal void Resume() => Run("OCI runtime resume failed", ["resume", id]);

    /// <summary>Deletes whatever there is; a container that is gone already is what was wanted.</summary>
    internal void DeleteForced() => Run("OCI runtime delete failed", ["delete", "--force", id]);

    internal IReadOnlyList<int> Processes()
    {
        // A pipe would be full at some thousand processes, and nobody reads while the runtime runs.
        string file = Path.Combine(bundle, "pids.json");
        try
        {
            using (FileDescriptor output = Files.Open(file, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, 0x180))
            {
                Run("OCI runtime ps failed", ["ps", "--format", "json", id], new StandardStreams(null, output, null));
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Array ? [.. document.RootElement.EnumerateArray().Select(one => one.GetInt32())] : [];
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Changes limits: the resources document goes to the runtime as a file.</summary>
    internal void Update(ReadOnlySpan<byte> resources)
    {
        string file = Path.Combine(bundle, "resources.json");
        File.WriteAllBytes(file, resources);
        try
        {
            Run("OCI runtime update failed", ["update", "--resources", file, id]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private string WorkPath(string given) => given.Length > 0 ? given : Path.Combine(bundle, "criu-work");

    /// <summary>criu's folder lasts as long as the call, unless the caller has named it; the log of a failure stays in the bundle.</summary>
    private void WithLog(string work, bool keep, string name, string kept, Action run)
    {
        try
        {
            run();
        }
        catch (ShimException error)
        {
            string source = Path.Combine(work, name);
            string target = Path.Combine(bundle, kept);
            if (!File.Exists(source))
            {
                throw;
            }

            File.Copy(source, target, overwrite: true);
            throw new ShimException($"{error.Message} path= {target}", error.Status);
        }
        finally
        {
            if (!keep && Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static int ReadPid(string file) => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);

    private void Run(string failure, IReadOnlyList<string> command, StandardStreams? streams = null)
    {
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

        var request = new SpawnRequest
        {
            Path = binary,
            Arguments = [.. arguments, .. command],
            WorkingDirectory = bundle,
            Descriptors = streams?.Descriptors() ?? [],
        };
        using ChildProcess process = context is null ? Spawner.Start(request) : context.Mounts.In(atHost, () => Spawner.Start(request));
        ExitStatus status = process.Wait();
        if (status.Code != 0)
        {
            throw Failure(failure, status);
        }
    }

    /// <summary>The runtime's last error line, in the words that clients look for.</summary>
    private ShimException Failure(string failure, ExitStatus status)
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
