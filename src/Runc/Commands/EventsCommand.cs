using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Lines of JSON about a container until it ends: its statistics by a clock, and memory that has run out when it happens.</summary>
internal static class EventsCommand
{
    internal static readonly Flag[] Flags = 
    [
        new("interval", TakesValue: true, Help: "time from one reading to the next") { Value = "duration", Default = "5s" },
        new("stats", Help: "one reading, and no more"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("events");
        Container container = Container.Load(options.Root, id);
        TimeSpan interval = Duration.Parse(arguments.Value("interval") ?? "5s", "interval");
        using FileDescriptor? process = container.OpenProcess();
        if (process is null)
        {
            throw new ContainerException($"container with id {id} is not running");
        }

        if (arguments.Has("stats"))
        {
            Streams.Output(EventDocument.Statistics(id, container.Statistics()));
            return 0;
        }

        Follow(container, process, (long)interval.TotalMilliseconds);
        return 0;
    }

    private static void Follow(Container container, FileDescriptor process, long interval)
    {
        string id = container.Record.Id;
        using OutOfMemoryWatch memory = container.WatchMemory();
        long next = Environment.TickCount64 + interval;
        while (true)
        {
            bool[] ready = Poll.Changed((int)Math.Clamp(next - Environment.TickCount64, 0, int.MaxValue), memory.Descriptor, process);

            // Once more at the end, which may come before the word of what led to it.
            if ((ready[0] || ready[1]) && memory.Take())
            {
                Streams.Output(EventDocument.OutOfMemory(id));
            }

            if (ready[1] || memory.Ended)
            {
                return;
            }

            if (Environment.TickCount64 >= next)
            {
                Streams.Output(EventDocument.Statistics(id, container.Statistics()));
                next += interval;
            }
        }
    }
}
