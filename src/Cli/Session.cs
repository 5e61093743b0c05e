using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;
using Wharf.Cli.Output;
using Wharf.Cli.Traces;
using Wharf.EngineApi.Client;

namespace Wharf.Cli;

/// <summary>What all commands share: the engine that is talked to, the user's configuration, the two outputs.</summary>
internal sealed class Session(FlagValues global) : IDisposable
{
    private EngineClient? client;
    private JsonElement? configuration;

    /// <summary>The name that this program was called by: it may be installed as docker.</summary>
    internal static string Program { get; } =
        Path.GetFileName(Environment.GetCommandLineArgs()[0]) == "docker" ? "docker" : "wharf";

    internal TextOutput Output { get; } = new(1);

    internal TextOutput Error { get; } = new(2);

    internal bool IsDebug => global.Is("debug");

    /// <summary>Where the time goes, when the user asks for it; set before the engine is talked to.</summary>
    internal Trace? Trace { get; set; }

    internal EngineClient Client => client ??= Connect();

    internal string ConfigurationFolder => global.Text("config", DefaultConfigurationFolder);

    internal static string HomeFolder => Variable("HOME") ?? "/";

    /// <summary>Of this user, when no flag names another.</summary>
    internal static string DefaultConfigurationFolder => Variable("DOCKER_CONFIG") ?? Path.Combine(HomeFolder, ".docker");

    internal ContextStore Contexts => new(ConfigurationFolder);

    /// <summary>The flags before the command.</summary>
    internal FlagValues Global => global;

    /// <summary>The name of the context in use, which need not exist.</summary>
    internal string CurrentContext =>
        global.Text("context") is { Length: > 0 } named ? named
        : global.Has("host") || Variable("DOCKER_HOST") is not null ? ContextStore.Default
        : Variable("DOCKER_CONTEXT") ?? (Configured("currentContext") is { Length: > 0 } configured ? configured : ContextStore.Default);

    /// <summary>config.json of the user, an empty object when there is none.</summary>
    internal JsonElement Configuration => configuration ??= ReadConfiguration();

    /// <summary>A text of config.json, or null.</summary>
    internal string? Configured(string name) =>
        Configuration.ValueKind == JsonValueKind.Object && Configuration.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public void Dispose() => client?.Dispose();

    internal static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private EngineClient Connect()
    {
        EngineClient connected = new EngineEndpoint(this).Connect();
        if (Trace is { } trace)
        {
            connected.Observer = (request, begun, response) => trace.Answered(request.Split('?')[0], begun, response.Header("Server-Timing"));
        }

        return connected;
    }

    private JsonElement ReadConfiguration()
    {
        string path = Path.Combine(ConfigurationFolder, "config.json");
        try
        {
            return JsonElement.Parse(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return JsonElement.Parse("{}"u8);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            Error.Line($"WARNING: Error loading config file: {path}: {error.Message}");
            return JsonElement.Parse("{}"u8);
        }
    }
}
