using System.Globalization;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>A folder of this run and what has to be undone, in reverse order, whatever happens.</summary>
internal sealed class Stage : IDisposable
{
    private readonly Stack<Action> undo = new();
    private readonly Lock gate = new();

    // Short, because the path of a unix socket ends after 107 bytes.
    internal string Root { get; } = string.Create(CultureInfo.InvariantCulture, $"/tmp/wharf-bench-{Environment.ProcessId:x}");

    internal string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"wb{Environment.ProcessId:x}");

    internal string this[string name] => Path.Combine(Root, name);

    internal Stage() => Directory.CreateDirectory(Root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    internal void Undo(Action action)
    {
        lock (gate)
        {
            undo.Push(action);
        }
    }

    /// <summary>Starts a daemon with its log below the root; it is ended with the stage.</summary>
    internal int Launch(string log, string program, string[] arguments, string[]? environment = null)
    {
        using FileDescriptor file = Files.Open(this[log], OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x180);
        using ChildProcess child = Spawner.Start(new SpawnRequest
        {
            Path = program,
            Arguments = [program, .. arguments],
            Environment = environment,
            Descriptors = [(file, 1), (file, 2)],
            NewSession = true,
        });
        int id = child.Pid;
        Undo(() => End(id));
        return id;
    }

    internal void Await(string what, string log, Func<bool> ready)
    {
        for (int attempt = 0; attempt < 600; attempt++)
        {
            if (ready())
            {
                return;
            }

            Thread.Sleep(50);
        }

        throw new InvalidOperationException($"{what}: not ready\n{string.Join('\n', File.ReadLines(this[log]).TakeLast(8))}");
    }

    public void Dispose()
    {
        lock (gate)
        {
            while (undo.TryPop(out Action? action))
            {
                action();
            }

            foreach (int id in HostProcesses.Naming(Root).Where(id => id != Environment.ProcessId))
            {
                Processes.Signal(id, 9);
            }

            foreach (string point in HostMounts.Below(Root).Reverse())
            {
                Command.Run("umount", "-l", point);
            }

            RemoveCgroups();
            Command.Run("rm", "-rf", "--one-file-system", Root);
        }
    }

    private void RemoveCgroups()
    {
        // The daemons' parent, and what a runtime left that failed: all bear the name of this run, wherever a runtime puts it.
        Command.Run("find", "/sys/fs/cgroup", "-depth", "-type", "d", "-path", $"*/{Name}*", "-exec", "rmdir", "{}", ";");
    }

    /// <summary>SIGTERM, and SIGKILL to one that has not ended after ten seconds.</summary>
    private static void End(int id)
    {
        Processes.Signal(id, 15);
        for (int attempt = 0; attempt < 200; attempt++)
        {
            if (Processes.Reap(id) is not null || !HostProcesses.Lives(id))
            {
                return;
            }

            Thread.Sleep(50);
        }

        Processes.Signal(id, 9);
        Processes.Wait(id);
    }
}
