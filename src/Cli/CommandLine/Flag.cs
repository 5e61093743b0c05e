namespace Wharf.Cli.CommandLine;

/// <summary>A flag of a command.</summary>
/// <param name="Name">Without the dashes.</param>
/// <param name="Short">One letter, or 0.</param>
/// <param name="Type">What its value has to be.</param>
/// <param name="Description">For the help text; empty hides the flag.</param>
/// <param name="Default">Shown in the help text; "true" makes a switch that is on until it is told otherwise.</param>
internal sealed record Flag(string Name, char Short, FlagType Type, string Description, string Default = "")
{
    /// <summary>What the help text calls the type where it is not the type's own name.</summary>
    internal string Label { get; init; } = "";

    /// <summary>What is said when it is used after all: "use --timeout instead"; empty: nothing.</summary>
    internal string Deprecated { get; init; } = "";

    /// <summary>The oldest version of the API that knows it; empty: all that are spoken.</summary>
    internal string Since { get; init; } = "";

    internal string TypeName => Label.Length > 0 ? Label : Type switch
    {
        FlagType.Switch => "",
        FlagType.Text => "string",
        FlagType.Weight or FlagType.Throttle => "list",
        _ => Type.ToString().ToLowerInvariant(),
    };

    internal string Shown => Short == '\0' ? $"--{Name}" : $"-{Short}, --{Name}";
}
