using System.Globalization;

namespace Wharf.Cli.Templates;

/// <summary>Builds the nodes of a template: text/template of Go.</summary>
internal sealed class TemplateParser(string source)
{
    private readonly List<Token> tokens = new Lexer(source).Read();
    private readonly HashSet<string> variables = ["$"];
    private readonly Dictionary<string, IReadOnlyList<Node>> named = [];
    private int index;

    /// <summary>What "define" and "block" have named, once <see cref="Parse"/> has returned.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<Node>> Named => named;

    private Token Current => tokens[index];

    internal IReadOnlyList<Node> Parse()
    {
        List<Node> nodes = ParseList(out string end);
        return end.Length == 0 ? nodes : throw Error($"unexpected {{{{{end}}}}}");
    }

    /// <summary>Nodes up to an end, an else, or the end of the text.</summary>
    private List<Node> ParseList(out string end)
    {
        var nodes = new List<Node>();
        while (true)
        {
            Token token = tokens[index++];
            if (token.Kind == TokenKind.End)
            {
                index--;
                end = "";
                return nodes;
            }

            if (token.Kind == TokenKind.Text)
            {
                nodes.Add(new TextNode(token.Text));
                continue;
            }

            SkipBlanks();
            string name = Current.Kind == TokenKind.Name ? Current.Text : "";
            switch (name)
            {
                case "end" or "else":
                    index++;
                    end = name;
                    return nodes;
                case "if" or "with" or "range":
                    index++;
                    nodes.Add(ParseControl(name));
                    break;
                case "template":
                    index++;
                    nodes.Add(ParseCall("template clause"));
                    break;
                case "define" or "block":
                    index++;
                    ParseNamed(name, nodes);
                    break;
                case "break" or "continue":
                    index++;
                    SkipBlanks();
                    Expect(TokenKind.Close, name);
                    nodes.Add(new LeaveNode(name == "continue"));
                    break;
                default:
                    nodes.Add(new ActionNode(ParsePipeline(TokenKind.Close, "command")));
                    break;
            }
        }
    }

    /// <summary>template "name" [pipeline]</summary>
    private CallNode ParseCall(string context)
    {
        SkipBlanks();
        Token token = Current;
        string name = token.Kind == TokenKind.String ? token.Text : throw Error($"unexpected \"{token.Text}\" in {context}");
        index++;
        SkipBlanks();
        if (Current.Kind == TokenKind.Close)
        {
            index++;
            return new CallNode(name, null, token.Position);
        }

        return new CallNode(name, ParsePipeline(TokenKind.Close, context), token.Position);
    }

    /// <summary>A template of its own: its variables are not those around it. A block is also called where it stands.</summary>
    private void ParseNamed(string kind, List<Node> nodes)
    {
        CallNode call = ParseCall(kind + " clause");
        if (kind == "define" && call.Value is not null)
        {
            throw Error("unexpected pipeline in define clause");
        }

        string[] around = [.. variables];
        variables.Clear();
        variables.Add("$");
        List<Node> body = ParseList(out string end);
        variables.Clear();
        variables.UnionWith(around);
        if (end != "end")
        {
            throw Error(end.Length == 0 ? "unexpected EOF" : $"unexpected {{{{{end}}}}} in {kind} clause");
        }

        SkipBlanks();
        Expect(TokenKind.Close, "end");
        named[call.Name] = body;
        if (kind == "block")
        {
            nodes.Add(call);
        }
    }

    private Node ParseControl(string name)
    {
        Pipeline pipeline = ParsePipeline(TokenKind.Close, name);
        List<Node> body = ParseList(out string end);
        IReadOnlyList<Node> otherwise = [];
        if (end == "else")
        {
            SkipBlanks();
            if (Current is { Kind: TokenKind.Name, Text: "if" or "with" } chained)
            {
                // "else if" ends with the same "end" as its "if".
                index++;
                otherwise = [ParseControl(chained.Text)];
                return Control(name, pipeline, body, otherwise);
            }

            Expect(TokenKind.Close, "else");
            otherwise = ParseList(out end);
        }

        if (end != "end")
        {
            throw Error(end.Length == 0 ? "unexpected EOF" : $"unexpected {{{{{end}}}}}");
        }

        SkipBlanks();
        Expect(TokenKind.Close, "end");
        return Control(name, pipeline, body, otherwise);
    }

    private static Node Control(string name, Pipeline pipeline, IReadOnlyList<Node> body, IReadOnlyList<Node> otherwise) => name switch
    {
        "if" => new IfNode(pipeline, body, otherwise),
        "with" => new WithNode(pipeline, body, otherwise),
        _ => new RangeNode(pipeline, body, otherwise),
    };

    private Pipeline ParsePipeline(TokenKind end, string context)
    {
        SkipBlanks();
        (List<string> names, bool declares) = ParseVariables();
        var commands = new List<IReadOnlyList<Operand>>();
        while (true)
        {
            List<Operand> operands = ParseCommand(context);
            commands.Add(operands);
            if (Current is { Kind: TokenKind.Symbol, Text: "|" })
            {
                index++;
                continue;
            }

            if (end == TokenKind.Close)
            {
                Expect(TokenKind.Close, context);
            }
            else if (Current is { Kind: TokenKind.Symbol, Text: ")" })
            {
                index++;
            }
            else
            {
                throw Error("unclosed left paren");
            }

            variables.UnionWith(names);
            return new Pipeline(names, declares, commands);
        }
    }

    private (List<string> Names, bool Declares) ParseVariables()
    {
        int start = index;
        var names = new List<string>();
        while (Current.Kind == TokenKind.Variable)
        {
            names.Add(Current.Text);
            index++;
            SkipBlanks();
            if (Current is { Kind: TokenKind.Symbol, Text: "," })
            {
                index++;
                SkipBlanks();
                continue;
            }

            if (Current is { Kind: TokenKind.Symbol, Text: ":=" or "=" } sign)
            {
                index++;
                return (names, sign.Text == ":=");
            }

            break;
        }

        index = start;
        return ([], false);
    }

    private List<Operand> ParseCommand(string context)
    {
        var operands = new List<Operand>();
        while (true)
        {
            SkipBlanks();
            Token token = Current;
            if (token.Kind is TokenKind.Close or TokenKind.End || token is { Kind: TokenKind.Symbol, Text: "|" or ")" })
            {
                return operands.Count > 0 ? operands : throw Error(token.Text == "|" || context == "command" ? "missing value for command" : $"missing value for {context}");
            }

            operands.Add(ParseOperand(context));
        }
    }

    private Operand ParseOperand(string context)
    {
        Token token = tokens[index++];
        switch (token.Kind)
        {
            case TokenKind.Field:
                index--;
                return WithFields(new Operand(OperandKind.Dot, "", null, null, [], token.Position), token.Position);
            case TokenKind.Variable:
                return variables.Contains(token.Text) ? WithFields(new Operand(OperandKind.Variable, token.Text, null, null, [], token.Position), token.Position)
                    : throw Error($"undefined variable \"{token.Text}\"");
            case TokenKind.String:
                return WithFields(new Operand(OperandKind.Literal, "", token.Text, null, [], token.Position), token.Position);
            case TokenKind.Number:
                return new Operand(OperandKind.Literal, "", Number(token.Text), null, [], token.Position);
            case TokenKind.Name:
                return token.Text switch
                {
                    "true" or "false" => new Operand(OperandKind.Literal, "", token.Text == "true", null, [], token.Position),
                    "nil" => new Operand(OperandKind.Nil, "", null, null, [], token.Position),
                    _ when Functions.Exists(token.Text) => new Operand(OperandKind.Function, token.Text, null, null, [], token.Position),
                    _ => throw Error($"function \"{token.Text}\" not defined"),
                };
            case TokenKind.Symbol when token.Text == ".":
                return new Operand(OperandKind.Dot, "", null, null, [], token.Position);
            case TokenKind.Symbol when token.Text == "(":
                Pipeline group = ParsePipeline(TokenKind.Symbol, "parenthesized pipeline");
                return WithFields(new Operand(OperandKind.Group, "", null, group, [], token.Position), token.Position);
            default:
                throw Error($"unexpected \"{token.Text}\" in {context}");
        }
    }

    private Operand WithFields(Operand operand, int position)
    {
        var fields = new List<string>();
        while (Current.Kind == TokenKind.Field)
        {
            // A message about a chain points to its second link, as Go's does.
            position = fields.Count == 1 || operand.Kind != OperandKind.Dot ? Current.Position : position;
            fields.Add(Current.Text);
            index++;
        }

        return operand with { Fields = fields, Position = position };
    }

    private object Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? (object)whole
            : text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out whole) ? whole
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
            : throw Error($"bad number syntax: \"{text}\"");

    private void Expect(TokenKind kind, string context)
    {
        if (Current.Kind != kind)
        {
            throw Error(Current.Kind == TokenKind.End ? "unclosed action" : $"unexpected \"{Current.Text}\" in {context}");
        }

        index++;
    }

    private void SkipBlanks()
    {
        while (Current.Kind == TokenKind.Blank)
        {
            index++;
        }
    }

    private TemplateException Error(string cause) => new($"template: :{Lexer.LineOf(source, Current.Position)}: {cause}", whileParsing: true);
}
