#pragma warning disable SA1402
namespace Wharf.Cli.Templates;

/// <summary>A piece of a template. The kinds are few and mean nothing apart from each other, so they share this file.</summary>
internal abstract record Node;

internal sealed record TextNode(string Text) : Node;

internal sealed record ActionNode(Pipeline Pipeline) : Node;

internal sealed record IfNode(Pipeline Condition, IReadOnlyList<Node> Body, IReadOnlyList<Node> Otherwise) : Node;

internal sealed record WithNode(Pipeline Value, IReadOnlyList<Node> Body, IReadOnlyList<Node> Otherwise) : Node;

internal sealed record RangeNode(Pipeline Value, IReadOnlyList<Node> Body, IReadOnlyList<Node> Otherwise) : Node;

internal sealed record LeaveNode(bool Continues) : Node;

/// <summary>A named template in its place; without a pipeline it gets no value.</summary>
internal sealed record CallNode(string Name, Pipeline? Value, int Position) : Node;

/// <summary>Commands joined by "|", and the variables that get the result.</summary>
internal sealed record Pipeline(IReadOnlyList<string> Variables, bool Declares, IReadOnlyList<IReadOnlyList<Operand>> Commands);

internal enum OperandKind
{
    Dot,
    Variable,
    Function,
    Literal,
    Nil,
    Group,
}

/// <summary>A value or a function, and the fields asked of it.</summary>
/// <param name="Position">Of the text that a message points to.</param>
internal sealed record Operand(OperandKind Kind, string Name, object? Value, Pipeline? Group, IReadOnlyList<string> Fields, int Position)
{
    /// <summary>As it stands in the template.</summary>
    internal string Source => Kind switch
    {
        OperandKind.Dot => Fields.Count == 0 ? "." : "",
        OperandKind.Group => "(...)",
        OperandKind.Literal => Value is string text ? $"\"{text}\"" : GoValue.Print(Value),
        OperandKind.Nil => "nil",
        _ => Name,
    } + string.Concat(Fields.Select(name => "." + name));
}
