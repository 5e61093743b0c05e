using System.Globalization;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Logs;

/// <summary>What a container's log configuration asks for.</summary>
/// <param name="Capacity">Bytes after which a new file is begun; null: never.</param>
/// <param name="Files">How many files are kept.</param>
/// <param name="Attributes">What is said with each line.</param>
internal sealed record LogOptions(long? Capacity, int Files, IReadOnlyDictionary<string, string> Attributes)
{
    internal const string JsonFile = "json-file";
    internal const string None = "none";
    private static readonly string[] Known = ["max-size", "max-file", "compress", "labels", "env", "mode", "max-buffer-size"];

    internal static LogOptions Standard { get; } = new(null, 1, new Dictionary<string, string>());

    /// <exception cref="EngineException">A driver or an option that there is not, or a value that makes no sense.</exception>
    internal static LogOptions Parse(LogConfig? config, ContainerConfig container)
    {
        IReadOnlyDictionary<string, string> options = config?.Config ?? new Dictionary<string, string>();
        switch (config?.Type)
        {
            case null or "" or JsonFile:
                break;
            case None:
                return Standard;
            case var other:
                throw Invalid($"logger: no log driver named '{other}' is registered");
        }

        if (options.Keys.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw Invalid($"unknown log opt '{unknown}' for json-file log driver");
        }

        long? capacity = options.TryGetValue("max-size", out string? size) ? Size(size) : null;
        int files = 1;
        if (options.TryGetValue("max-file", out string? most) && !int.TryParse(most, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out files))
        {
            throw Invalid($"invalid value for max-file: \"{most}\"");
        }

        if (files < 1)
        {
            throw Invalid("max-file cannot be less than 1");
        }

        if (options.GetValueOrDefault("compress") is { } compress && compress != "false")
        {
            throw Invalid(files < 2 || capacity is null ? "compress cannot be true when max-file is less than 2 or max-size is not set" : "log opt 'compress' is not supported");
        }

        return options.GetValueOrDefault("mode") is { } mode && mode is not ("blocking" or "")
            ? throw Invalid(mode == "non-blocking" ? "log opt 'mode=non-blocking' is not supported" : $"logger: logging mode \"{mode}\" is not supported")
            : new LogOptions(capacity, files, Chosen(options, container));
    }

    private static SortedDictionary<string, string> Chosen(IReadOnlyDictionary<string, string> options, ContainerConfig container)
    {
        var chosen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Choose(container.Labels ?? new Dictionary<string, string>(), "labels");
        Choose((container.Env ?? []).Select(entry => entry.Split('=', 2)).Where(pair => pair.Length == 2).DistinctBy(pair => pair[0]).ToDictionary(pair => pair[0], pair => pair[1]), "env");
        return chosen;

        void Choose(IReadOnlyDictionary<string, string> from, string option)
        {
            string[] names = options.GetValueOrDefault(option, "").Split(',', StringSplitOptions.RemoveEmptyEntries);
            foreach ((string name, string value) in from.Where(pair => names.Contains(pair.Key)))
            {
                chosen[name] = value;
            }
        }
    }

    /// <summary>A number and a unit of 1000, as docker takes it: "10m".</summary>
    private static long Size(string text)
    {
        string digits = text.TrimEnd('b', 'B');
        int exponent = digits.Length == 0 ? -1 : "kmgt".IndexOf(char.ToLowerInvariant(digits[^1]), StringComparison.Ordinal) + 1;
        string number = exponent > 0 ? digits[..^1] : digits;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            throw Invalid($"invalid size: '{text}'");
        }

        decimal bytes = value * (decimal)Math.Pow(1000, Math.Max(exponent, 0));
        return bytes is > 0 and <= long.MaxValue ? (long)bytes : throw Invalid("max-size must be a positive number");
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
