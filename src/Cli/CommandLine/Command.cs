namespace Wharf.Cli.CommandLine;

/// <summary>A command: how it is called, what it takes, what it does.</summary>
internal sealed record Command
{
    /// <summary>As the user called it, without the program: "run", "container run".</summary>
    public string Path { get; init; } = "";

    /// <summary>What follows the path in the usage line.</summary>
    public required string Usage { get; init; }

    public required string Summary { get; init; }

    /// <summary>What the help says in place of the summary; empty: the summary.</summary>
    public string Long { get; init; } = "";

    /// <summary>Every path that means this command.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    /// <summary>The oldest version of the API that knows it; empty: all that are spoken.</summary>
    public string Since { get; init; } = "";

    /// <summary>Whether only an engine with experimental features has it.</summary>
    public bool NeedsExperiments { get; init; }

    public IReadOnlyList<Flag> Flags { get; init; } = [];

    public int Least { get; init; }

    public int Most { get; init; } = int.MaxValue;

    /// <summary>False: the first argument ends the flags, for what follows is another program's.</summary>
    public bool Interspersed { get; init; } = true;

    /// <summary>The exit code.</summary>
    public required Func<Invocation, int> Run { get; init; }
}
