using System.Buffers;
using System.Text;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class ListCommand
{
    internal static readonly Flag[] Flags = [new("format", TakesValue: true, Letter: 'f'), new("quiet", Letter: 'q')];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        if (arguments.Has("quiet"))
        {
            foreach (string id in StateDirectory.List(options.Root))
            {
                Streams.Output(id + "\n");
            }

            return 0;
        }

        List<Container> containers = [.. StateDirectory.List(options.Root).Select(id => Container.Load(options.Root, id))];
        switch (arguments.Value("format") ?? "table")
        {
            case "table":
                Table(containers);
                return 0;
            case "json":
                Json(containers);
                return 0;
            default:
                throw new UsageException("invalid format option");
        }
    }

    private static void Table(List<Container> containers)
    {
        List<string[]> rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
        rows.AddRange(containers.Select(container => new[]
        {
            container.Record.Id,
            (container.State().Pid ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture),
            container.State().Status,
            container.Record.Bundle,
            ContainerDocument.Created(container),
            Owner(container),
        }));
        int[] widths = [.. Enumerable.Range(0, 6).Select(column => Math.Max(12, rows.Max(row => row[column].Length) + 1))];
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
        string id = container.Record.Owner.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Files.TryReadText("/etc/passwd")?.Split('\n').Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == id)?[0] ?? "#" + id;
    }

    private static void Json(List<Container> containers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
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
