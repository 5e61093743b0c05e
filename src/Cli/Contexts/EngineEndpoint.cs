using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Contexts;

/// <summary>The engine that this command talks to: by flags, by variables, by the context in use, or the machine's own.</summary>
internal sealed class EngineEndpoint(Session session)
{
    private const string Unresolved = "Failed to initialize: unable to resolve docker endpoint: ";

    /// <summary>What --tls, --tlsverify and their variables ask for.</summary>
    private bool Verifies => session.Global.Is("tlsverify") || (!session.Global.Has("tlsverify") && Session.Variable("DOCKER_TLS_VERIFY") is not null);

    private bool UsesTls => Verifies || session.Global.Is("tls") || Session.Variable("DOCKER_TLS") is not null;

    /// <summary>The address of the default context.</summary>
    internal string DefaultHost => session.Global.Text("host", Session.Variable("DOCKER_HOST") ?? (UsesTls ? "tcp://localhost:2376" : EngineAddress.Default));

    internal EngineClient Connect()
    {
        if (session.Global.Text("context").Length > 0 && session.Global.Has("host"))
        {
            throw new CommandException("conflicting options: cannot specify both --host and --context");
        }

        string context = session.CurrentContext;
        return context == ContextStore.Default ? ConnectDefault() : ConnectTo(context);
    }

    private EngineClient ConnectDefault()
    {
        if (session.Global.All("host").Count > 1)
        {
            throw new CommandException("specify only one -H");
        }

        EngineAddress address = Parse(DefaultHost, UsesTls);
        string folder = Session.Variable("DOCKER_CERT_PATH") ?? session.ConfigurationFolder;

        // A default that is not there is none; what was named has to be there.
        string? Optional(string flag, string file) =>
            session.Global.Has(flag) ? session.Global.Text(flag) : File.Exists(Path.Combine(folder, file)) ? Path.Combine(folder, file) : null;
        return Open(address, UsesTls && IsTcp(address) ? () => TlsSettings.Load(Verifies, session.Global.Text("tlscacert", Path.Combine(folder, "ca.pem")), Optional("tlscert", "cert.pem"), Optional("tlskey", "key.pem")) : null);
    }

    private EngineClient ConnectTo(string name)
    {
        StoredContext context;
        try
        {
            context = session.Contexts.Get(name);
        }
        catch (CommandException error)
        {
            throw new CommandException(Unresolved + error.Message);
        }

        JsonElement endpoint = context.Document.Find("Endpoints").Find("docker");
        if (endpoint.ValueKind != JsonValueKind.Object)
        {
            throw new CommandException(Unresolved + "cannot find docker endpoint in context");
        }

        string? authority = session.Contexts.TlsFile(name, "ca.pem");
        string? certificate = session.Contexts.TlsFile(name, "cert.pem");
        string? key = session.Contexts.TlsFile(name, "key.pem");
        bool skip = endpoint.Is("SkipTLSVerify");
        bool tls = skip || authority is not null || certificate is not null;
        EngineAddress address = Parse(endpoint.Text("Host", EngineAddress.Default), tls);
        return Open(address, tls && IsTcp(address) ? () => TlsSettings.Load(!skip, authority, certificate, key) : null);
    }

    private EngineClient Open(EngineAddress address, Func<TlsSettings>? tls)
    {
        try
        {
            return new EngineClient(address, tls?.Invoke(), Session.Variable("DOCKER_API_VERSION"), address.Remote is { } remote ? new SshDial(remote).Open : null, Headers());
        }
        catch (IOException error)
        {
            throw new CommandException(Unresolved + error.Message);
        }
        catch (FormatException error)
        {
            throw new CommandException($"Failed to initialize: failed to retrieve context tls info: {error.Message}");
        }
    }

    /// <summary>HttpHeaders of config.json, and DOCKER_CUSTOM_HEADERS: name=value, divided by commas.</summary>
    private List<(string Name, string Value)> Headers()
    {
        var headers = session.Configuration.Find("HttpHeaders").Properties().Select(header => (header.Name, header.Value.ToString())).ToList();
        foreach (string field in CommaList.Split(Session.Variable("DOCKER_CUSTOM_HEADERS") ?? ""))
        {
            string[] parts = field.Split('=', 2);
            if (parts.Length != 2 || parts[0].Trim().Length == 0 || field.AsSpan().ContainsAny('\r', '\n'))
            {
                throw new CommandException($"failed to parse custom headers from DOCKER_CUSTOM_HEADERS environment variable: value must be formatted as comma-separated key=value pairs: \"{field}\"");
            }

            headers.Add((parts[0].Trim(), parts[1]));
        }

        if (session.Trace is not null)
        {
            headers.Add(("Wharf-Trace", "1"));
        }

        return headers;
    }

    private static EngineAddress Parse(string text, bool tls)
    {
        try
        {
            return EngineAddress.Parse(text, tls);
        }
        catch (FormatException error)
        {
            throw new CommandException(Unresolved + error.Message);
        }
    }

    private static bool IsTcp(EngineAddress address) => address.Path is null && address.Remote is null;
}
