using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Stats;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

/// <summary>`top` without a container, at a terminal: graphs of all containers that run, drawn anew each second until a key ends it.</summary>
internal static class LiveTop
{
    private const int Interval = 1000;
    private const string Enter = "\x1b[?1049h\x1b[?25l";
    private const string Leave = "\x1b[?25h\x1b[?1049l";
    private const string Home = "\x1b[H";
    private const string ClearLine = "\x1b[K";
    private const string ClearBelow = "\x1b[J";

    internal static int Run(Invocation call)
    {
        Session session = call.Session;
        bool colors = Session.Variable("NO_COLOR") is null;
        var watches = new Dictionary<string, (StatsWatch Watch, History History)>();
        Follow(session, watches);
        using var input = new FileDescriptor(0, ownsHandle: false);
        using var terminal = RawTerminal.Enter(input);
        session.Output.Text(Enter);
        try
        {
            do
            {
                Follow(session, watches);
                foreach ((StatsWatch watch, History history) in watches.Values)
                {
                    if (watch.Latest is { } stats)
                    {
                        history.Take(stats);
                    }
                }

                (ushort rows, ushort columns) = Terminal.Size(session.Output.Descriptor) ?? (24, 80);
                string frame = TopFrame.Draw([.. watches.Values.Select(pair => pair.History).OrderByDescending(history => history.Samples.Count > 0 ? history.Samples[^1].Cpu : 0).ThenBy(history => history.Name, StringComparer.Ordinal)], columns, rows, colors);
                session.Output.Text(Home + frame.Replace("\n", ClearLine + "\r\n", StringComparison.Ordinal) + ClearBelow);
            }
            while (!KeyEnds(input));
        }
        finally
        {
            session.Output.Text(Leave);
        }

        return 0;
    }

    /// <summary>Waits for the next picture; true when the user wants no more.</summary>
    private static bool KeyEnds(FileDescriptor input)
    {
        const byte controlC = 3;
        const byte escape = 27;
        if (!Poll.Readable(Interval, input)[0])
        {
            return false;
        }

        byte[] keys = new byte[64];
        int count = Files.Read(input, keys, "standard input");
        return count == 0 || keys.AsSpan(0, count).IndexOfAny((byte)'q', (byte)'Q', controlC) >= 0 || (count == 1 && keys[0] == escape);
    }

    private static void Follow(Session session, Dictionary<string, (StatsWatch Watch, History History)> watches)
    {
        using EngineResponse response = session.Client.Send("GET", "/containers/json");
        var running = new HashSet<string>();
        foreach (JsonElement container in response.ReadJson().Items())
        {
            string id = container.Text("Id");
            running.Add(id);
            if (!watches.ContainsKey(id))
            {
                watches[id] = (new StatsWatch(session, id, once: false), new History(container.Texts("Names").FirstOrDefault(id).TrimStart('/')));
            }
        }

        foreach (string ended in watches.Keys.Where(id => !running.Contains(id)).ToArray())
        {
            watches.Remove(ended);
        }
    }
}
