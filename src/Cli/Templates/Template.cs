namespace Wharf.Cli.Templates;

/// <summary>A template of the kind that --format takes: Go's text/template over JSON and rows.</summary>
internal sealed class Template
{
    private readonly IReadOnlyList<Node> nodes;
    private readonly string source;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<Node>> named;

    private Template(IReadOnlyList<Node> nodes, string source, IReadOnlyDictionary<string, IReadOnlyList<Node>> named)
    {
        this.nodes = nodes;
        this.named = named;
        this.source = source;
    }

    /// <exception cref="TemplateException">The text is no template.</exception>
    internal static Template Parse(string source)
    {
        var parser = new TemplateParser(source);
        return new Template(parser.Parse(), source, parser.Named);
    }

    /// <exception cref="TemplateException">It asks for what the value has not.</exception>
    /// <param name="value">The dot.</param>
    /// <param name="isHeading">The value holds headings: functions that change a text leave them as they are.</param>
    internal string Render(object? value, bool isHeading = false)
    {
        var evaluation = new Evaluation(source, value, isHeading, named);
        evaluation.Run(nodes);
        return evaluation.Text;
    }
}
