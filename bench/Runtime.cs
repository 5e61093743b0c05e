using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>A runtime with a state root of its own.</summary>
internal sealed class Runtime(Peer peer, string folder, int number)
{
    private readonly string root = Path.Combine(folder, $"root{number}");

    internal int Number => number;

    internal Peer Peer => peer;

    internal string[] Arguments(params string[] arguments) => ["--root", root, .. arguments];

    internal void Run(params string[] arguments) => Pairs.Run(peer.Path, Arguments(arguments));

    /// <summary>Starts all of them, then waits for all of them.</summary>
    internal void RunAtOnce(int count, string bundle, string name)
    {
        ChildProcess[] children = [.. Enumerable.Range(0, count).Select(number => Start("run", "--bundle", bundle, $"{name}n{number}"))];
        int failed = 0;
        foreach (ChildProcess child in children)
        {
            using (child)
            {
                failed += child.Wait().Code == 0 ? 0 : 1;
            }
        }

        if (failed > 0)
        {
            throw new InvalidOperationException($"{peer.Name}: {failed} of {count} containers that were started at once failed");
        }
    }

    internal ChildProcess Start(params string[] arguments) =>
        Spawner.Start(new SpawnRequest { Path = peer.Path, Arguments = [peer.Path, .. Arguments(arguments)] });
}
