using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Contexts;

/// <summary>--docker of `context create` and `context update`: host=…,ca=…,cert=…,key=…,skip-tls-verify=…,from=….</summary>
/// <param name="Host">The address; empty: the machine's own engine.</param>
/// <param name="SkipsVerification">Whether any certificate will do.</param>
/// <param name="Tls">The files that protect it, below the context's folder of secrets.</param>
internal sealed record EndpointSetting(string Host, bool SkipsVerification, IReadOnlyDictionary<string, byte[]> Tls)
{
    /// <exception cref="CommandException">It makes no endpoint.</exception>
    internal static EndpointSetting Parse(Session session, IReadOnlyList<string> values)
    {
        try
        {
            return Read(session, values);
        }
        catch (CommandException error)
        {
            throw new CommandException($"unable to create docker endpoint config: {error.Message}");
        }
    }

    private static EndpointSetting Read(Session session, IReadOnlyList<string> values)
    {
        var fields = new Dictionary<string, string>();
        foreach (string field in values.SelectMany(CommaList.Split))
        {
            string[] parts = field.Split('=', 2);
            fields[parts[0]] = parts.Length == 2 ? parts[1] : throw new UsageException($"invalid argument \"{field}\" for \"--docker\" flag: {field} must be formatted as key=value");
        }

        if (fields.Keys.FirstOrDefault(key => key is not ("from" or "host" or "ca" or "cert" or "key" or "skip-tls-verify")) is { } unknown)
        {
            throw new CommandException($"unrecognized config key: {unknown}");
        }

        if (fields.TryGetValue("from", out string? source))
        {
            JsonElement endpoint = source == ContextStore.Default ? default : session.Contexts.Get(source).Document.Find("Endpoints").Find("docker");
            return new EndpointSetting(source == ContextStore.Default ? new EngineEndpoint(session).DefaultHost : endpoint.Text("Host"), endpoint.Is("SkipTLSVerify"), source == ContextStore.Default ? new Dictionary<string, byte[]>() : session.Contexts.ReadTls(source));
        }

        bool skip = fields.TryGetValue("skip-tls-verify", out string? text) && (FlagCheck.Bool(text) ?? throw new CommandException($"skip-tls-verify: parsing \"{text}\": invalid syntax"));
        string host = fields.GetValueOrDefault("host", "");
        if (host.Length > 0)
        {
            CheckHost(host);
        }

        return new EndpointSetting(host, skip, ReadFiles(fields));
    }

    private static void CheckHost(string host)
    {
        try
        {
            EngineAddress.Parse(host, tls: false);
        }
        catch (FormatException error)
        {
            throw new CommandException($"unable to apply docker endpoint options: {error.Message}");
        }
    }

    private static Dictionary<string, byte[]> ReadFiles(Dictionary<string, string> fields)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (string name in new[] { "ca", "cert", "key" })
        {
            if (fields.TryGetValue(name, out string? path) && path.Length > 0)
            {
                try
                {
                    files[$"docker/{name}.pem"] = File.ReadAllBytes(path);
                }
                catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
                {
                    throw new CommandException($"open {path}: no such file or directory");
                }
            }
        }

        return files;
    }
}
