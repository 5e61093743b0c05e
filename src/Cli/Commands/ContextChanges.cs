using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Contexts;

namespace Wharf.Cli.Commands;

/// <summary>`context create` and `context update`.</summary>
internal static class ContextChanges
{
    private static readonly Flag Description = new("description", '\0', FlagType.Text, "Description of the context");
    private static readonly Flag Endpoint = new("docker", '\0', FlagType.List, "set the docker endpoint", "[]") { Label = "stringToString" };

    internal static Command Create() => new()
    {
        Usage = "[OPTIONS] CONTEXT",
        Summary = "Create a context",
        Long = Long("Create", "create"),
        Paths = ["context create"],
        Flags = [Description, Endpoint, new("from", '\0', FlagType.Text, "create context from a named context")],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            string name = call.Arguments[0];
            Session session = call.Session;
            CheckNew(session, name);
            string from = call.Flags.Text("from");
            if (from.Length > 0 && call.Flags.Has("docker"))
            {
                throw new CommandException("cannot use --docker flag when --from is set");
            }

            string source = from.Length > 0 ? from : session.CurrentContext;
            bool copies = !call.Flags.Has("docker") && source != ContextStore.Default;
            JsonElement before = copies ? session.Contexts.Get(source).Document : default;
            EndpointSetting? endpoint = copies ? null
                : call.Flags.Has("docker") ? EndpointSetting.Parse(session, call.Flags.All("docker"))
                : new EndpointSetting(new EngineEndpoint(session).DefaultHost, false, new Dictionary<string, byte[]>());
            session.Contexts.Put(name, ContextDocument.Write(name, call.Flags.Text("description"), endpoint, before), copies ? session.Contexts.ReadTls(source) : endpoint!.Tls);
            session.Output.Line(name);
            session.Error.Line($"Successfully created context \"{name}\"");
            return 0;
        },
    };

    internal static Command Update() => new()
    {
        Usage = "[OPTIONS] CONTEXT",
        Summary = "Update a context",
        Long = Long("Update", "update"),
        Paths = ["context update"],
        Flags = [Description, Endpoint],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            string name = call.Arguments[0];
            Session session = call.Session;
            ContextStore.CheckName(name);
            JsonElement before = session.Contexts.Get(name).Document;
            EndpointSetting? endpoint = call.Flags.Has("docker") ? EndpointSetting.Parse(session, call.Flags.All("docker")) : null;
            session.Contexts.Put(name, ContextDocument.Write(name, call.Flags.Text("description"), endpoint, before), endpoint is null ? session.Contexts.ReadTls(name) : endpoint.Tls);
            session.Output.Line(name);
            session.Error.Line($"Successfully updated context \"{name}\"");
            return 0;
        },
    };

    internal static void CheckNew(Session session, string name)
    {
        ContextStore.CheckName(name);
        if (session.Contexts.Find(name) is not null)
        {
            throw new CommandException($"context \"{name}\" already exists");
        }
    }

    private static string Long(string verb, string name) =>
        $"{verb} a context\n\nDocker endpoint config:\n\nNAME                DESCRIPTION\nfrom                Copy named context's Docker endpoint configuration\nhost                Docker endpoint on which to connect\n"
        + "ca                  Trust certs signed only by this CA\ncert                Path to TLS certificate file\nkey                 Path to TLS key file\nskip-tls-verify     Skip TLS certificate validation\n\nExample:\n\n"
        + $"$ docker context {name} my-context --description \"some description\" --docker \"host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file\"";
}
