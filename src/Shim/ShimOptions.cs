namespace Wharf.Shim;

/// <summary>The command line of a shim, as containerd gives it: Go's flags with one dash, then start, delete or nothing.</summary>
internal sealed record ShimOptions
{
    internal string Namespace { get; init; } = "";

    internal string Id { get; init; } = "";

    internal string Address { get; init; } = "";

    internal string Bundle { get; init; } = "";

    internal string Socket { get; init; } = "";

    internal bool Debug { get; init; }

    internal bool Version { get; init; }

    internal bool Info { get; init; }

    internal string Command { get; init; } = "";

    /// <summary>Before containerd 2.3 some of it comes in the environment.</summary>
    internal ShimOptions OrFromEnvironment() => this with
    {
        Namespace = Namespace.Length > 0 ? Namespace : Environment.GetEnvironmentVariable("NAMESPACE") ?? "",
        Address = Address.Length > 0 ? Address : Environment.GetEnvironmentVariable("GRPC_ADDRESS") ?? "",
    };

    /// <summary>Where events go: containerd's ttrpc socket is named after its gRPC socket where nobody names it.</summary>
    internal string EventAddress =>
        Environment.GetEnvironmentVariable("TTRPC_ADDRESS") is { Length: > 0 } given ? given
            : Address.Length > 0 ? Address + ".ttrpc"
            : "";

    internal static ShimOptions Parse(IReadOnlyList<string> words)
    {
        var options = new ShimOptions();
        for (int position = 0; position < words.Count; position++)
        {
            string word = words[position];
            if (!word.StartsWith('-'))
            {
                return options with { Command = word };
            }

            string name = word.TrimStart('-');
            string? value = null;
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }

            string Value() => value ?? (++position < words.Count ? words[position] : throw new ShimException($"flag needs an argument: -{name}"));
            options = name switch
            {
                "namespace" => options with { Namespace = Value() },
                "id" => options with { Id = Value() },
                "address" => options with { Address = Value() },
                "bundle" => options with { Bundle = Value() },
                "socket" => options with { Socket = Value() },
                "publish-binary" => Ignore(options, Value()),
                "debug-socket" => Ignore(options, Value()),
                "debug" => options with { Debug = true },
                "v" or "version" => options with { Version = true },
                "info" => options with { Info = true },
                _ => throw new ShimException($"flag provided but not defined: -{name}"),
            };
        }

        return options;
    }

    // Events go over ttrpc; the binary is for containerds before that.
    private static ShimOptions Ignore(ShimOptions options, string _) => options;
}
