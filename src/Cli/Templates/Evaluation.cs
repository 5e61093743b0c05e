using System.Text;
using System.Text.Json;

namespace Wharf.Cli.Templates;

/// <summary>One rendering of a template.</summary>
internal sealed class Evaluation(string source, object? root, bool isHeading, IReadOnlyDictionary<string, IReadOnlyList<Node>> named)
{
    private readonly StringBuilder text = new();
    private readonly List<(string Name, object? Value)> variables = [("$", root)];
    private object? dot = root;
    private int depthOfCalls;

    private enum Flow
    {
        On,
        Break,
        Continue,
    }

    internal string Text => text.ToString();

    internal void Run(IReadOnlyList<Node> nodes) => RunAll(nodes);

    private Flow RunAll(IReadOnlyList<Node> nodes)
    {
        foreach (Node node in nodes)
        {
            Flow flow = RunOne(node);
            if (flow != Flow.On)
            {
                return flow;
            }
        }

        return Flow.On;
    }

    private Flow RunOne(Node node)
    {
        switch (node)
        {
            case TextNode words:
                text.Append(words.Text);
                return Flow.On;
            case ActionNode action:
                object? value = Evaluate(action.Pipeline, declare: true);
                if (action.Pipeline.Variables.Count == 0)
                {
                    text.Append(GoValue.Print(value));
                }

                return Flow.On;
            case LeaveNode leave:
                return leave.Continues ? Flow.Continue : Flow.Break;
            default:
                int depth = variables.Count;
                object? outer = dot;
                Flow flow = RunControl(node);
                dot = outer;
                variables.RemoveRange(depth, variables.Count - depth);
                return flow;
        }
    }

    private Flow RunControl(Node node)
    {
        switch (node)
        {
            case IfNode condition:
                return RunAll(GoValue.IsTrue(Evaluate(condition.Condition, declare: true)) ? condition.Body : condition.Otherwise);
            case WithNode with:
                object? value = Evaluate(with.Value, declare: true);
                bool isTrue = GoValue.IsTrue(value);
                dot = isTrue ? value : dot;
                return RunAll(isTrue ? with.Body : with.Otherwise);
            case RangeNode range:
                return RunRange(range);
            case CallNode call:
                return RunCall(call);
            default:
                return Flow.On;
        }
    }

    /// <summary>A named template sees its own dot and "$", and none of the variables around it.</summary>
    private Flow RunCall(CallNode call)
    {
        const int deepest = 1000;
        if (!named.TryGetValue(call.Name, out IReadOnlyList<Node>? body))
        {
            throw Error(new Operand(OperandKind.Literal, "", call.Name, null, [], call.Position), $"template \"{call.Name}\" not defined");
        }

        if (++depthOfCalls > deepest)
        {
            throw Error(new Operand(OperandKind.Literal, "", call.Name, null, [], call.Position), "exceeded maximum template depth (1000)");
        }

        object? value = call.Value is null ? null : Evaluate(call.Value, declare: true);
        (string, object?)[] around = [.. variables];
        variables.Clear();
        variables.Add(("$", value));
        dot = value;
        RunAll(body);
        variables.Clear();
        variables.AddRange(around);
        depthOfCalls--;
        return Flow.On;
    }

    private Flow RunRange(RangeNode range)
    {
        object? value = Evaluate(range.Value, declare: false);
        IEnumerable<(object? Key, object? Value)> items = GoValue.Walk(value) ?? throw Error(range.Value.Commands[0][0], $"range can't iterate over {GoValue.Print(value)}");
        bool any = false;
        int depth = variables.Count;
        foreach ((object? key, object? item) in items)
        {
            any = true;
            dot = item;
            IReadOnlyList<string> names = range.Value.Variables;
            if (names.Count > 0)
            {
                Assign(range.Value.Declares, names[^1], item);
                if (names.Count > 1)
                {
                    Assign(range.Value.Declares, names[0], key);
                }
            }

            Flow flow = RunAll(range.Body);
            variables.RemoveRange(depth, variables.Count - depth);
            if (flow == Flow.Break)
            {
                break;
            }
        }

        return any ? Flow.On : RunAll(range.Otherwise);
    }

    private object? Evaluate(Pipeline pipeline, bool declare)
    {
        object? value = null;
        for (int index = 0; index < pipeline.Commands.Count; index++)
        {
            value = EvaluateCommand(pipeline.Commands[index], index > 0, value);
        }

        if (declare)
        {
            foreach (string name in pipeline.Variables)
            {
                Assign(pipeline.Declares, name, value);
            }
        }

        return value;
    }

    private object? EvaluateCommand(IReadOnlyList<Operand> operands, bool piped, object? last)
    {
        Operand first = operands[0];
        if (first.Kind == OperandKind.Function)
        {
            // "and" and "or" stop at the first operand that decides.
            if (first.Name is "and" or "or")
            {
                object? decided = null;
                int count = operands.Count - 1 + (piped ? 1 : 0);
                for (int index = 0; index < count; index++)
                {
                    decided = index < operands.Count - 1 ? EvaluateOperand(operands[index + 1], []) : last;
                    if (GoValue.IsTrue(decided) == (first.Name == "or"))
                    {
                        break;
                    }
                }

                return count > 0 ? decided : throw Error(first, $"wrong number of args for {first.Name}: want at least 1 got 0");
            }

            List<object?> arguments = Arguments(operands, piped, last);
            if (isHeading && arguments.Count > 0 && first.Name is "json" or "split" or "join" or "title" or "lower" or "upper" or "truncate")
            {
                return arguments[0];
            }

            try
            {
                return Functions.Call(first.Name, arguments);
            }
            catch (FormatException error)
            {
                throw Error(first, $"error calling {first.Name}: {error.Message}", string.Join(' ', operands.Select(operand => operand.Source)));
            }
            catch (ArgumentException error)
            {
                throw Error(first, error.Message);
            }
        }

        if (operands.Count == 1 && !piped)
        {
            return EvaluateOperand(first, []);
        }

        return first.Fields.Count > 0
            ? EvaluateOperand(first, Arguments(operands, piped, last))
            : throw Error(first, $"can't give argument to non-function {first.Source}");
    }

    private List<object?> Arguments(IReadOnlyList<Operand> operands, bool piped, object? last)
    {
        List<object?> arguments = [.. operands.Skip(1).Select(operand => EvaluateOperand(operand, []))];
        if (piped)
        {
            arguments.Add(last);
        }

        return arguments;
    }

    private object? EvaluateOperand(Operand operand, IReadOnlyList<object?> arguments)
    {
        object? value = operand.Kind switch
        {
            OperandKind.Dot => dot,
            OperandKind.Variable => variables.FindLast(variable => variable.Name == operand.Name).Value,
            OperandKind.Literal => operand.Value,
            OperandKind.Nil => null,
            OperandKind.Group => Evaluate(operand.Group!, declare: true),
            _ => EvaluateCommand([operand], false, null),
        };
        string parent = "";
        for (int index = 0; index < operand.Fields.Count; index++)
        {
            value = Field(operand, value, parent, operand.Fields[index], index == operand.Fields.Count - 1 ? arguments : []);
            parent = operand.Fields[index];
        }

        return GoValue.Plain(value, parent);
    }

    private object? Field(Operand operand, object? value, string parent, string field, IReadOnlyList<object?> arguments)
    {
        switch (value)
        {
            case ITemplateRow row:
                return row.TryGet(field, arguments, out object? found) ? found : throw Error(operand, $"can't evaluate field {field} in type {row.TypeName}");
            case JsonElement { ValueKind: JsonValueKind.Object } document:
                return document.TryGetProperty(field, out JsonElement property) || (GoNames.InDocument(field) is { } name && document.TryGetProperty(name, out property))
                    ? GoValue.Plain(property, field)
                    : parent is "Labels" or "Networks" or "Ports" or "ExposedPorts" or "Attributes" or "Options" or "Volumes" ? null
                    : GoNil.Missing(field) ?? throw Error(operand, $"map has no entry for key \"{field}\"");
            case GoNil { Text: "map[]" }:
                return null;
            case null or GoNil:
                throw Error(operand, value is GoNil { Text: "<nil>" } ? $"nil pointer evaluating {parent}.{field}" : $"nil data; no entry for key \"{field}\"");
            default:
                throw Error(operand, $"can't evaluate field {field} in type {TypeName(value)}");
        }
    }

    private static string TypeName(object value) => value switch
    {
        string => "string",
        bool => "bool",
        long => "int",
        double => "float64",
        JsonElement { ValueKind: JsonValueKind.Object } => "map[string]interface {}",
        _ => "[]interface {}",
    };

    private void Assign(bool declares, string name, object? value)
    {
        int known = declares ? -1 : variables.FindLastIndex(variable => variable.Name == name);
        if (known >= 0)
        {
            variables[known] = (name, value);
        }
        else
        {
            variables.Add((name, value));
        }
    }

    private TemplateException Error(Operand operand, string cause, string? command = null)
    {
        int line = source.LastIndexOf('\n', Math.Max(0, Math.Min(operand.Position, source.Length) - 1));
        int column = operand.Position - (line < 0 ? 0 : line + 1) + (line < 0 ? 0 : 1);
        return new TemplateException($"template: :{Lexer.LineOf(source, operand.Position)}:{column}: executing \"\" at <{command ?? operand.Source}>: {cause}", whileParsing: false);
    }
}
