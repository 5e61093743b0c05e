using Wharf.Containerd.Proxies;

namespace Wharf.Containerd.Configuration;

/// <summary>The command line of containerd: flags with one dash or two, in front of everything; flags override the file.</summary>
internal static class OptionsReader
{
    public static CommandLine Read(IReadOnlyList<string> words)
    {
        var given = new Dictionary<string, string>();
        var command = new List<string>();
        for (int position = 0; position < words.Count; position++)
        {
            string word = words[position];
            if (!word.StartsWith('-') || word == "-")
            {
                command.AddRange(words.Skip(position));
                break;
            }

            string name = word.TrimStart('-');
            string? value = null;
            if (name.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0)
            {
                (name, value) = (name[..equals], name[(equals + 1)..]);
            }

            name = name switch { "a" => "address", "c" => "config", "l" => "log-level", "v" => "version", "h" => "help", _ => name };
            switch (name)
            {
                case "version" or "help":
                    given[name] = "true";
                    break;
                case "address" or "config" or "log-level" or "root" or "state":
                    given[name] = value ?? (++position < words.Count ? words[position] : throw new ContainerdException(ErrorKind.InvalidArgument, $"flag needs an argument: -{name}"));
                    break;
                default:
                    throw new ContainerdException(ErrorKind.InvalidArgument, $"flag provided but not defined: -{name}");
            }
        }

        return new CommandLine(given, command);
    }

    /// <summary>The file that the command line names, or the usual one where there is one.</summary>
    public static ConfigFile? File(CommandLine line)
    {
        string path = line.Flags.GetValueOrDefault("config", ContainerdOptions.DefaultConfig);
        return line.Flags.ContainsKey("config") || System.IO.File.Exists(path) ? ConfigFile.Read(path) : null;
    }

    public static ContainerdOptions Options(CommandLine line, ConfigFile? file)
    {
        ContainerdOptions options = file?.Options ?? new ContainerdOptions();
        foreach ((string name, string value) in line.Flags)
        {
            options = name switch
            {
                "address" => options with { Address = value },
                "root" => options with { Root = value },
                "state" => options with { State = value },
                "log-level" => options with { LogLevel = value },
                _ => options,
            };
        }

        return Checked(options);
    }

    private static ContainerdOptions Checked(ContainerdOptions options)
    {
        // Shims work elsewhere: a path from here would mean another place there.
        options = options with
        {
            Address = Path.GetFullPath(options.Address.StartsWith("unix://", StringComparison.Ordinal) ? options.Address["unix://".Length..] : options.Address),
            Root = Path.GetFullPath(options.Root),
            State = Path.GetFullPath(options.State),
        };
        foreach (string name in options.Proxies.Where(proxy => proxy.Type == ProxyPlugin.Snapshot).Select(proxy => proxy.Name))
        {
            if (ConfigKeys.IsOwn($"{ProxyPlugin.Snapshot}.{name}") && !options.DisabledPlugins.Contains($"{ProxyPlugin.Snapshot}.{name}"))
            {
                throw new ContainerdException(ErrorKind.InvalidArgument, $"proxy \"{name}\": this daemon has a snapshotter of that name, which is not among the disabled plugins");
            }
        }

        if (options.Differs.FirstOrDefault(name => name != ProxyDiffs.Own && !options.Proxies.Any(proxy => proxy.Type == ProxyPlugin.Diff && proxy.Name == name)) is { } unknown)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"differ \"{unknown}\" is not part of this daemon, and no proxy of that name");
        }

        if (options.Proxies.FirstOrDefault(proxy => proxy.Type == ProxyPlugin.Content) is { } content)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"proxy \"{content.Name}\": the content store of this daemon is its own");
        }

        const int longestSocket = 107 - 6;
        if (options.RequiredPlugins.FirstOrDefault(plugin => !ConfigKeys.IsOwn(plugin) && !options.Proxies.Any(proxy => plugin == $"{proxy.Type}.{proxy.Name}")) is { } missing)
        {
            throw new ContainerdException(ErrorKind.InvalidArgument, $"required plugin \"{missing}\" is not part of this daemon");
        }

        return System.Text.Encoding.UTF8.GetByteCount(options.Address) > longestSocket
            ? throw new ContainerdException(ErrorKind.InvalidArgument, $"address \"{options.Address}\": longer than {longestSocket} bytes")
            : options.Root == options.State ? throw new ContainerdException(ErrorKind.InvalidArgument, "root and state must be different paths")
            : options.LogLevel is not ("trace" or "debug" or "info" or "warn" or "error" or "fatal" or "panic") ? throw new ContainerdException(ErrorKind.InvalidArgument, $"log level \"{options.LogLevel}\": not one of trace, debug, info, warn, error, fatal, panic")
            : options;
    }
}
