using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Commands;

/// <summary>--format of lists: "table …", "json", or a template for each row.</summary>
internal static class Formats
{
    private const string Reference = "\nRefer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates";

    internal const string InspectDescription = "Format output using a custom template:\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template." + Reference;

    internal const string Description = "Format output using a custom template:\n'table':            Print output in table format with column headers (default)\n'table TEMPLATE':   Print output in table format using the given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print output using the given Go template." + Reference;

    internal static Flag Flag { get; } = new("format", 'f', FlagType.Text, InspectDescription);

    internal static Flag ListFlag { get; } = new("format", '\0', FlagType.Text, Description);

    /// <summary>\t and \n as a shell passes them on.</summary>
    internal static string Unescape(string format) => format.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);

    /// <param name="session">Where it is printed.</param>
    /// <param name="format">As the user gave it.</param>
    /// <param name="table">The template of the plain table.</param>
    /// <param name="headings">Heading by field.</param>
    /// <param name="rows">What is listed.</param>
    /// <param name="raw">The template of a row that "raw" stands for; empty: for itself.</param>
    internal static void Print(Session session, string format, string table, IReadOnlyDictionary<string, string> headings, IEnumerable<FieldRow> rows, string raw = "")
    {
        string pattern = format.Trim() == "raw" && raw.Length > 0 ? raw : Unescape(format.Trim());
        if (pattern == "json")
        {
            foreach (FieldRow row in rows)
            {
                session.Output.Line(row.ToJson());
            }

            return;
        }

        bool isTable = pattern is "" or "table" || pattern.StartsWith("table ", StringComparison.Ordinal) || pattern.StartsWith("table\t", StringComparison.Ordinal);
        string source = !isTable ? pattern : pattern.Length <= 5 ? table : pattern[5..].Trim();
        Template template = Template.Parse(source);
        if (!isTable)
        {
            foreach (FieldRow row in rows)
            {
                session.Output.Line(template.Render(row));
            }

            return;
        }

        string[] bodies = [.. rows.Select(row => template.Render(row))];
        var heading = new FieldRow("heading", headings.ToDictionary(pair => pair.Key, pair => (Func<object?>)(() => pair.Value)), LabelHeading);
        string first = template.Render(heading, isHeading: true);
        session.Output.Text(Table.Format([first, .. bodies.SelectMany(body => body.Split('\n'))]));
    }

    /// <summary>A list as --format, --quiet and the user's configuration ask for it.</summary>
    /// <param name="call">With those flags.</param>
    /// <param name="configured">The key of config.json that holds the user's own format.</param>
    /// <param name="table">The template of the plain table.</param>
    /// <param name="quiet">The template of a row with --quiet.</param>
    /// <param name="headings">Heading by field.</param>
    /// <param name="rows">What is listed.</param>
    /// <param name="raw">The template of a row that "raw" stands for; empty: for itself.</param>
    internal static void PrintList(Invocation call, string configured, string table, string quiet, IReadOnlyDictionary<string, string> headings, IReadOnlyList<FieldRow> rows, string raw = "")
    {
        bool isQuiet = call.Flags.Is("quiet");
        string format = call.Flags.Has("format") || isQuiet ? call.Flags.Text("format") : call.Session.Configured(configured) ?? "";
        if (!isQuiet || format is not ("" or "table"))
        {
            Print(call.Session, format, table, headings, rows, raw);
            return;
        }

        Template template = Template.Parse(quiet);
        foreach (FieldRow row in rows)
        {
            call.Session.Output.Line(template.Render(row));
        }
    }

    /// <summary>The last part of a label's name, with blanks.</summary>
    private static string LabelHeading(string label) =>
        label[(label.LastIndexOf('.') + 1)..].Replace('-', ' ').Replace('_', ' ');
}
