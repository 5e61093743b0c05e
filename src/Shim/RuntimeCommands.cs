using System.Globalization;
using System.Text.Json;
using Wharf.Linux;
using Wharf.Shim.Rpc;
using Wharf.Shim.Waiting;

namespace Wharf.Shim;

/// <summary>
/// The runtime's commands. Each is a process, which is gone in milliseconds, or, where a hook hangs, never: the loop goes on
/// meanwhile. What a call has asked for ends with that call's deadline.
/// </summary>
/// <param name="atHost">The container's mounts reach the host: the runtime works in the host's mount namespace.</param>
internal sealed class RuntimeCommands(ShimContext context, RuntimeSettings settings, string id, string bundle, bool atHost)
{
    internal const string PidFileName = "init.pid";
    private readonly HashSet<int> slots = [];
    private int lists;

    internal async LoopTask<int> CreateAsync(StandardStreams streams, string? consoleSocket, PendingCall call)
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

        try
        {
            await RunAsync("OCI runtime create failed", [.. arguments, id], call, streams);
        }
        catch (ShimException) when (call.Done)
        {
            // Killed halfway, at the deadline.
            await DeleteForcedAsync(null);
            throw;
        }

        return ReadPid(pidFile);
    }

    /// <summary>create and start in one, from an image.</summary>
    internal async LoopTask<int> RestoreAsync(string image, StandardStreams streams, string? consoleSocket, PendingCall call)
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

        await WithLogAsync(work, keep: settings.CriuWorkPath.Length > 0, "restore.log", "criu-restore.log", RunAsync("OCI runtime restore failed", [.. arguments, id], call, streams));
        return ReadPid(pidFile);
    }

    internal async LoopTask CheckpointAsync(CheckpointRequest request, PendingCall call)
    {
        string work = WorkPath(request.WorkPath);
        await WithLogAsync(work, keep: request.WorkPath.Length > 0, "dump.log", "criu-dump.log", RunAsync("OCI runtime checkpoint failed", ["checkpoint", .. request.Flags(), "--work-path", work, id], call));
    }

    internal async LoopTask<int> ExecAsync(string execId, string processFile, StandardStreams streams, string? consoleSocket, PendingCall call)
    {
        string pidFile = Path.Combine(bundle, execId + ".pid");
        List<string> arguments = ["exec", "--process", processFile, "--detach", "--pid-file", pidFile];
        if (consoleSocket is not null)
        {
            arguments.AddRange(["--console-socket", consoleSocket]);
        }

        try
        {
            await RunAsync("OCI runtime exec failed", [.. arguments, id], call, streams);
            return ReadPid(pidFile);
        }
        finally
        {
            File.Delete(pidFile);
        }
    }

    internal LoopTask StartAsync(PendingCall call) => RunAsync("OCI runtime start failed", ["start", id], call);

    internal LoopTask KillAsync(uint signal, bool all, PendingCall? call)
    {
        List<string> arguments = ["kill"];
        if (all)
        {
            arguments.Add("--all");
        }

        return RunAsync("OCI runtime kill failed", [.. arguments, id, signal.ToString(CultureInfo.InvariantCulture)], call);
    }

    internal LoopTask PauseAsync(PendingCall call) => RunAsync("OCI runtime pause failed", ["pause", id], call);

    internal LoopTask ResumeAsync(PendingCall call) => RunAsync("OCI runtime resume failed", ["resume", id], call);

    /// <summary>Deletes whatever there is; a container that is gone already is what was wanted.</summary>
    internal LoopTask DeleteForcedAsync(PendingCall? call) => RunAsync("OCI runtime delete failed", ["delete", "--force", id], call);

    internal async LoopTask<IReadOnlyList<int>> ProcessesAsync(PendingCall call)
    {
        // A pipe would be full at some thousand processes, and nobody reads while the runtime runs.
        string file = Path.Combine(bundle, string.Create(CultureInfo.InvariantCulture, $"pids-{++lists}.json"));
        try
        {
            using (FileDescriptor output = Files.Open(file, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, 0x180))
            {
                await RunAsync("OCI runtime ps failed", ["ps", "--format", "json", id], call, new StandardStreams(null, output, null));
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
    internal async LoopTask UpdateAsync(byte[] resources, PendingCall call)
    {
        string file = Path.Combine(bundle, "resources.json");
        File.WriteAllBytes(file, resources);
        try
        {
            await RunAsync("OCI runtime update failed", ["update", "--resources", file, id], call);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private string WorkPath(string given) => given.Length > 0 ? given : Path.Combine(bundle, "criu-work");

    /// <summary>criu's folder lasts as long as the call, unless the caller has named it; the log of a failure stays in the bundle.</summary>
    private async LoopTask WithLogAsync(string work, bool keep, string name, string kept, LoopTask run)
    {
        try
        {
            await run;
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

    private async LoopTask RunAsync(string failure, IReadOnlyList<string> command, PendingCall? asked, StandardStreams? streams = null)
    {
        int slot = TakeSlot();
        try
        {
            var call = new RuntimeCall(settings, context.Namespace, bundle, slot, failure, command, streams);
            call.Check(await context.Children.RunAsync(() => context.Mounts.In(atHost, () => Spawner.Start(call.Request)), asked));
        }
        finally
        {
            slots.Remove(slot);
        }
    }

    private int TakeSlot()
    {
        int slot = 0;
        while (!slots.Add(slot))
        {
            slot++;
        }

        return slot;
    }
}
