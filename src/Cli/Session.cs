using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
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

    internal EngineClient Client => client ??= Connect();

    internal string ConfigurationFolder =>
        global.Text("config", Variable("DOCKER_CONFIG") ?? Path.Combine(Variable("HOME") ?? "/", ".docker"));

    /// <summary>config.json of the user, an empty object when there is none.</summary>
    internal JsonElement Configuration => configuration ??= ReadConfiguration();

    /// <summary>A text of config.json, or null.</summary>
    internal string? Configured(string name) =>
        Configuration.ValueKind == JsonValueKind.Object && Configuration.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public void Dispose() => client?.Dispose();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private EngineClient Connect()
    {
        if (global.Text("context", Variable("DOCKER_CONTEXT") ?? "default") is { Length: > 0 } context && context != "default" && !global.Has("host"))
        {
            throw new CommandException($"context \"{context}\": context not found: only \"default\" exists");
        }

        if (global.All("host").Count > 1)
        {
            throw new CommandException("specify only one -H");
        }

        bool verify = global.Is("tlsverify") || (!global.Has("tlsverify") && Variable("DOCKER_TLS_VERIFY") is not null);
        bool tls = verify || global.Is("tls") || Variable("DOCKER_TLS") is not null;
        string folder = Variable("DOCKER_CERT_PATH") ?? ConfigurationFolder;
        EngineAddress address;
        try
        {
            address = EngineAddress.Parse(global.Text("host", Variable("DOCKER_HOST") ?? EngineAddress.Default), tls);
        }
        catch (FormatException error)
        {
            throw new CommandException($"Failed to initialize: unable to resolve docker endpoint: {error.Message}");
        }

        return new EngineClient(address, tls && address.Path is null ? LoadTls(verify, folder) : null, Variable("DOCKER_API_VERSION"));
    }

    private TlsSettings LoadTls(bool verify, string folder)
    {
        // A default that is not there is none; what was named has to be there.
        string? Optional(string flag, string file) =>
            global.Has(flag) ? global.Text(flag) : File.Exists(Path.Combine(folder, file)) ? Path.Combine(folder, file) : null;
        try
        {
            return TlsSettings.Load(verify, global.Text("tlscacert", Path.Combine(folder, "ca.pem")), Optional("tlscert", "cert.pem"), Optional("tlskey", "key.pem"));
        }
        catch (IOException error)
        {
            throw new CommandException($"Failed to initialize: unable to resolve docker endpoint: {error.Message}");
        }
        catch (FormatException error)
        {
            throw new CommandException($"Failed to initialize: failed to retrieve context tls info: {error.Message}");
        }
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
