using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>Both engines with much to do: many containers beside the one that is measured, many commands at once, much output, many readers.</summary>
internal static class LoadSection
{
    private const int AtOnce = 64;
    private const int Beside = 100;
    private const int Listed = 1000;
    private const int Readers = 50;
    private const int Makers = 8;
    private const long Output = 1 << 30;
    private static readonly string[] Sleeper = ["--network", "none", "busybox:latest", "sleep", "100000"];
    private static readonly string[] True = ["run", "--rm", "busybox:latest", "true"];

    internal static void Measure(Engines engines, Report report, int rounds)
    {
        Both(engines, "run", ["-d", "--name", "load", .. Sleeper]);
        Add(report, engines, "exec true", Pairs.Measure(rounds, _ => engines.Run(ours: true, "exec", "load", "true"), _ => engines.Run(ours: false, "exec", "load", "true")), "a fifth");
        Add(report, engines, $"{AtOnce} × run --rm true at once", Pairs.Measure(Math.Max(1, rounds / 10), _ => Together(engines, ours: true), _ => Together(engines, ours: false)), "an eighth");

        // Lines as programs write them; the client that ran it follows.
        string script = string.Create(CultureInfo.InvariantCulture, $"yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678 | head -c {Output}");
        string[] writer = ["run", "--rm", "--network", "none", "busybox:latest", "sh", "-c", script];
        Add(report, engines, "1 GB to stdout, followed", [Once(() => engines.Run(ours: true, writer)), Once(() => engines.Run(ours: false, writer))], "half");

        foreach (bool ours in new[] { true, false })
        {
            Many(Beside - 1, number => engines.Run(ours, ["run", "-d", "--name", string.Create(CultureInfo.InvariantCulture, $"beside{number}"), .. Sleeper]));
        }

        Add(report, engines, $"run --rm true beside {Beside} running", Pairs.Measure(rounds, _ => engines.Run(ours: true, True), _ => engines.Run(ours: false, True)), "flat");
        foreach (bool ours in new[] { true, false })
        {
            Many(Listed - Beside, number => engines.Run(ours, ["create", "--name", string.Create(CultureInfo.InvariantCulture, $"listed{number}"), .. Sleeper]));
        }

        Add(report, engines, $"list of {Listed}, {Readers} event readers, p99", [Lists(engines, ours: true), Lists(engines, ours: false)], "half");
    }

    private static void Add(Report report, Engines engines, string what, Figures[] figures, string budget) =>
        report.Add(new Row("load", what, "ms", figures[0], engines.TheirName, figures[1], budget));

    private static void Both(Engines engines, string command, string[] arguments)
    {
        engines.Run(ours: true, [command, .. arguments]);
        engines.Run(ours: false, [command, .. arguments]);
    }

    private static void Together(Engines engines, bool ours) => Many(AtOnce, _ => engines.Run(ours, True), AtOnce);

    private static Figures Once(Action action)
    {
        long began = Stopwatch.GetTimestamp();
        action();
        return Figures.One(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }

    private static void Many(int count, Action<int> action, int atOnce = Makers)
    {
        int next = 0;
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, atOnce).Select(_ => new Thread(() =>
        {
            try
            {
                while (Interlocked.Increment(ref next) is var number && number <= count && failure is null)
                {
                    action(number);
                }
            }
            catch (InvalidOperationException error)
            {
                failure = error;
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>The 99th of a hundred answers, while containers come and go and everybody hears of it.</summary>
    private static Figures Lists(Engines engines, bool ours)
    {
        const string Request = "GET {0} HTTP/1.1\r\nHost: bench\r\n{1}\r\n";
        Socket[] readers = [.. Enumerable.Range(0, Readers).Select(_ => Ask(engines.SocketOf(ours), string.Format(CultureInfo.InvariantCulture, Request, "/events", "")))];
        bool over = false;
        var starts = new Thread(() =>
        {
            while (!Volatile.Read(ref over))
            {
                engines.Ask(ours, True);
            }
        });
        var drain = new Thread(() =>
        {
            byte[] buffer = new byte[1 << 16];
            while (!Volatile.Read(ref over))
            {
                foreach (Socket reader in readers.Where(reader => reader.Available > 0))
                {
                    reader.Receive(buffer);
                }

                Thread.Sleep(1);
            }
        });
        starts.Start();
        drain.Start();
        double[] times = [.. Enumerable.Range(0, 100).Select(_ => Once(() =>
        {
            using Socket socket = Ask(engines.SocketOf(ours), string.Format(CultureInfo.InvariantCulture, Request, "/containers/json?all=1", "Connection: close\r\n"));
            byte[] buffer = new byte[1 << 16];
            while (socket.Receive(buffer) > 0)
            {
            }
        }).Median).Order()];
        Volatile.Write(ref over, true);
        starts.Join();
        drain.Join();
        Array.ForEach(readers, reader => reader.Dispose());
        return Figures.One(times[98]);
    }

    private static Socket Ask(string path, string request)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(System.Text.Encoding.ASCII.GetBytes(request));
        return socket;
    }
}
