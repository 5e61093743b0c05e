using System.Globalization;
using System.Text.RegularExpressions;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Logs;

/// <summary>What a container's log configuration asks for.</summary>
/// <param name="Capacity">Bytes after which a new file is begun; null: never.</param>
/// <param name="Files">How many files are kept.</param>
/// <param name="Attributes">What is said with each line.</param>
internal sealed record LogOptions(long? Capacity, int Files, IReadOnlyDictionary<string, string> Attributes)
{
    internal const string JsonFile = "json-file";
    internal const string Local = "local";
    internal const string None = "none";

    // docker's for its local driver, and for what it keeps of lines that go elsewhere.
    private const long LocalCapacity = 20_000_000;
    private const int LocalFiles = 5;
    private const long StandardBuffer = 1 << 20;

    /// <summary>docker's drivers that there are here, by name; the rest are plug-ins.</summary>
    internal static IReadOnlyList<string> Drivers { get; } = ["fluentd", "gelf", "journald", JsonFile, Local, None, "syslog"];

    /// <summary>Whether old files are compressed.</summary>
    public bool Compress { get; init; }

    public string Driver { get; init; } = JsonFile;

    /// <summary>Lines go rather than that the container waits.</summary>
    public bool NonBlocking { get; init; }

    /// <summary>Bytes that may wait for a target.</summary>
    public long BufferSize { get; init; } = StandardBuffer;

    /// <summary>Whether what went elsewhere can be read here too.</summary>
    public bool IsReadable { get; init; } = true;

    /// <exception cref="EngineException">A driver or an option that there is not, or a value that makes no sense.</exception>
    internal static LogOptions Parse(LogConfig? config, ContainerConfig container)
    {
        IReadOnlyDictionary<string, string> options = config?.Config ?? new Dictionary<string, string>();
        string driver = config is { Type.Length: > 0 } ? config.Type : JsonFile;
        if (!Drivers.Contains(driver))
        {
            throw Invalid($"logger: no log driver named '{driver}' is registered");
        }

        IReadOnlyList<string> known = LogDriverOptions.Of(driver);
        if (driver != None && options.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw Invalid($"unknown log opt '{unknown}' for {driver} log driver");
        }

        bool isFile = driver is JsonFile or Local;
        (long? usualCapacity, int usualFiles, bool usualCompress) = driver == JsonFile ? ((long?)null, 1, false) : (LocalCapacity, LocalFiles, true);
        string prefix = isFile ? "" : "cache-";
        long? capacity = options.GetValueOrDefault(prefix + "max-size") is { } size ? Size(size) : usualCapacity;
        int files = usualFiles;
        if (options.GetValueOrDefault(prefix + "max-file") is { } most && !int.TryParse(most, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out files))
        {
            throw Invalid($"invalid value for max-file: \"{most}\"");
        }

        if (files < 1)
        {
            throw Invalid("max-file cannot be less than 1");
        }

        bool compress = options.GetValueOrDefault(prefix + "compress") is { } asked ? Flag("compress", asked) : usualCompress && files > 1;
        if (compress && (files < 2 || capacity is null))
        {
            throw Invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
        }

        string mode = options.GetValueOrDefault("mode") ?? "";
        if (mode is not ("" or "blocking" or "non-blocking"))
        {
            throw Invalid($"logger: logging mode \"{mode}\" is not supported");
        }

        if (options.ContainsKey("max-buffer-size") && mode != "non-blocking")
        {
            throw Invalid("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
        }

        return new LogOptions(capacity, files, Chosen(options, container))
        {
            Compress = compress,
            Driver = driver,
            NonBlocking = mode == "non-blocking",
            BufferSize = options.GetValueOrDefault("max-buffer-size") is { } buffer ? Size(buffer) : StandardBuffer,
            IsReadable = driver != None && !(options.GetValueOrDefault("cache-disabled") is { } disabled && Flag("cache-disabled", disabled)),
        };
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
            Regex? pattern = options.GetValueOrDefault(option + "-regex") is { Length: > 0 } text ? Pattern(option, text) : null;
            foreach ((string name, string value) in from.Where(pair => names.Contains(pair.Key) || pattern?.IsMatch(pair.Key) == true))
            {
                chosen[name] = value;
            }
        }
    }

    private static Regex Pattern(string option, string text)
    {
        try
        {
            return new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"invalid value for {option}-regex: {error.Message}", error);
        }
    }

    private static bool Flag(string name, string value) => value is "true" or "1" or "t" || (value is "false" or "0" or "f" or "" ? false : throw Invalid($"invalid value for {name}: \"{value}\""));

    private static long Size(string text) => ByteSize.Parse(text, 1000) switch
    {
        null => throw Invalid($"invalid size: '{text}'"),
        0 => throw Invalid("max-size must be a positive number"),
        long bytes => bytes,
    };

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
