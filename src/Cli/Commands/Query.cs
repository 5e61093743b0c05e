using System.Text;

namespace Wharf.Cli.Commands;

/// <summary>A route with its query, built part by part.</summary>
internal sealed class Query(string path)
{
    private readonly StringBuilder text = new(path);
    private bool any;

    internal Query Add(string name, string value)
    {
        text.Append(any ? '&' : '?').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        any = true;
        return this;
    }

    /// <summary>Only when there is a value.</summary>
    internal Query AddIf(string name, string value) => value.Length > 0 ? Add(name, value) : this;

    internal Query AddIf(string name, bool value) => value ? Add(name, "1") : this;

    /// <summary>A value that is escaped already.</summary>
    internal Query AddEscaped(string name, string value)
    {
        if (value.Length > 0)
        {
            text.Append(any ? '&' : '?').Append(name).Append('=').Append(value);
            any = true;
        }

        return this;
    }

    public override string ToString() => text.ToString();
}
