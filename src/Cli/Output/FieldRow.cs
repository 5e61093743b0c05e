using System.Text;
using Wharf.Cli.Templates;

namespace Wharf.Cli.Output;

/// <summary>A row of a list by its fields, each worked out when it is asked for.</summary>
internal sealed class FieldRow(string typeName, IReadOnlyDictionary<string, Func<object?>> fields, Func<string, string>? label = null) : ITemplateRow
{
    public string TypeName => typeName;

    public bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value)
    {
        if (field == "Label" && label is not null && arguments.Count == 1)
        {
            value = label(GoValue.Print(arguments[0]));
            return true;
        }

        value = null;
        if (arguments.Count > 0 || !fields.TryGetValue(field, out Func<object?>? found))
        {
            return false;
        }

        value = found();
        return true;
    }

    public string ToJson()
    {
        var text = new StringBuilder("{");
        foreach ((string name, Func<object?> value) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length > 1 ? "," : "").Append('"').Append(name).Append("\":");
            GoJson.Append(text, value(), escapeHtml: true);
        }

        return text.Append('}').ToString();
    }
}
