using System.Diagnostics;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>Measures by turns, A B A B, so that what the machine does meanwhile meets all of them.</summary>
internal static class Pairs
{
    /// <summary>Times in milliseconds; one round before the first is not counted.</summary>
    internal static Figures[] Measure(int rounds, params Action<int>[] actions) => Measure(rounds, () => { }, actions);

    /// <summary>The same, with something that is not measured before each round.</summary>
    internal static Figures[] Measure(int rounds, Action between, params Action<int>[] actions)
    {
        var times = new double[actions.Length][];
        for (int which = 0; which < actions.Length; which++)
        {
            times[which] = new double[rounds];
        }

        for (int round = -1; round < rounds; round++)
        {
            between();
            for (int which = 0; which < actions.Length; which++)
            {
                long began = Stopwatch.GetTimestamp();
                actions[which](round + 1);
                if (round >= 0)
                {
                    times[which][round] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                }
            }
        }

        return [.. times.Select(Figures.Of)];
    }

    /// <summary>Runs a program with nothing on its streams; another code than 0 is an error.</summary>
    internal static void Run(string program, string[] arguments, string[]? environment = null)
    {
        using ChildProcess child = Spawner.Start(new SpawnRequest { Path = program, Arguments = [program, .. arguments], Environment = environment });
        int code = child.Wait().Code;
        if (code != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {code}; once more: {Command.Run(program, arguments).Error}");
        }
    }
}
