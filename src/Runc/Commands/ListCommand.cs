using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class ListCommand
{
    internal static readonly Flag[] Flags =
    [
        new("format", TakesValue: true, Letter: 'f', Help: "table or json") { Default = "\"table\"" },
        new("quiet", Letter: 'q', Help: "only the containers' ids"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        arguments.Expect("list", 0, 0);
        List<Container> containers = Load(options);
        if (arguments.Has("quiet"))
        {
            Streams.Output(string.Concat(containers.Select(container => container.Record.Id + "\n")));
            return 0;
        }

        switch (arguments.Value("format") ?? "table")
        {
            case "table":
                Table(containers);
                return 0;
            case "json":
                Json(containers);
                return 0;
            default:
                throw new ContainerException("invalid format option");
        }
    }

    /// <summary>One that cannot be read is told of, and does not hide the others.</summary>
    private static List<Container> Load(GlobalOptions options)
    {
        if (options.RootGiven && !Directory.Exists(options.Root))
        {
            throw new ContainerException($"open {options.Root}: no such file or directory");
        }

        var containers = new List<Container>();
        foreach (string id in StateDirectory.List(options.Root))
        {
            try
            {
                containers.Add(Container.Load(options.Root, id));
            }
            catch (ContainerException error)
            {
                Streams.Error($"load container {id}: {error.Message}\n");
            }
        }

        return containers;
    }

    private static void Table(List<Container> containers)
    {
        const int least = 12;
        const int gap = 3;
        List<string[]> rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
        rows.AddRange(containers.Select(container => (Container: container, State: container.State())).Select(one => new[]
        {
            one.Container.Record.Id,
            (one.State.Pid ?? 0).ToString(CultureInfo.InvariantCulture),
            one.State.Status,
            one.Container.Record.Bundle,
            ContainerDocument.Created(one.Container),
            Owner(one.Container),
        }));
        int[] widths = [.. Enumerable.Range(0, 6).Select(column => Math.Max(least, rows.Max(row => row[column].Length) + gap))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.AppendJoin(string.Empty, row.Select((cell, column) => column == 5 ? cell : cell.PadRight(widths[column]))).Append('\n');
        }

        Streams.Output(text.ToString());
    }

    /// <summary>The user's name, or "#" and the number of one that has none.</summary>
    private static string Owner(Container container)
    {
        string id = container.Record.Owner.ToString(CultureInfo.InvariantCulture);
        return Files.TryReadText("/etc/passwd")?.Split('\n').Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == id)?[0] ?? "#" + id;
    }

    private static void Json(List<Container> containers)
    {
        if (containers.Count == 0)
        {
            // As Go writes a list that was never begun; callers are used to it.
            Streams.Output("null\n");
            return;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (Container container in containers)
            {
                ContainerDocument.Write(json, container, Owner(container));
            }

            json.WriteEndArray();
        }

        Streams.Output(buffer.WrittenSpan);
        Streams.Output("\n");
    }
}
