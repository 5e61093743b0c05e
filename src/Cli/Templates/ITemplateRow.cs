namespace Wharf.Cli.Templates;

/// <summary>A value with fields that a template can name.</summary>
internal interface ITemplateRow
{
    /// <summary>For messages: the type that docker's own message names.</summary>
    string TypeName { get; }

    /// <summary>False: there is no such field.</summary>
    bool TryGet(string field, IReadOnlyList<object?> arguments, out object? value);

    string ToJson();
}
