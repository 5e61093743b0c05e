using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Credentials;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class LoginCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] [SERVER]",
        Summary = "Authenticate to a registry",
        Long = "Authenticate to a registry.\nDefaults to Docker Hub if no server is specified.",
        Paths = ["login"],
        Flags =
        [
            new("password", 'p', FlagType.Text, "Password or Personal Access Token (PAT)"),
            new("password-stdin", '\0', FlagType.Switch, "Take the Password or Personal Access Token (PAT) from stdin"),
            new("username", 'u', FlagType.Text, "Username"),
        ],
        Most = 1,
        Run = Run,
    };

    /// <summary>The name that the credentials of a registry are kept under.</summary>
    internal static string Server(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is "docker.io" or "index.docker.io" or "registry-1.docker.io")
        {
            return RegistryAuth.IndexServer;
        }

        string address = arguments[0];
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        return address == RegistryAuth.IndexServer ? address : address[(scheme < 0 ? 0 : scheme + 3)..].Split('/')[0];
    }

    private static int Run(Invocation call)
    {
        Session session = call.Session;
        FlagValues flags = call.Flags;
        if (flags.Has("password"))
        {
            if (flags.Is("password-stdin"))
            {
                throw new CommandException("conflicting options: cannot specify both --password and --password-stdin");
            }

            session.Error.Line("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
        }

        string user = flags.Text("username");
        string password = flags.Text("password");
        if (flags.Is("password-stdin"))
        {
            password = user.Length == 0 ? throw new CommandException("the --password-stdin option requires --username to be set") : Prompt.ReadToEnd().TrimEnd('\r', '\n');
        }

        string server = Server(call.Arguments);
        user = user.Length > 0 ? user : Prompt.Ask(session, "Username: ");
        user = user.Length > 0 ? user : throw new CommandException("error: username is required");
        password = password.Length > 0 || flags.Is("password-stdin") ? password : Prompt.AskSecret(session, "Password: ");
        password = password.Length > 0 ? password : throw new CommandException("error: password is required");

        RequestContent body = RequestContent.Json(JsonText.Object(writer =>
        {
            writer.WriteString("username", user);
            writer.WriteString("password", password);
            writer.WriteString("serveraddress", server);
        }));
        using EngineResponse response = session.Client.Send("POST", "/auth", body);
        JsonElement answer = response.ReadJson();
        if (new CredentialStore(session, server).Set(new Credential(user, password, answer.Text("IdentityToken"))) is { } path)
        {
            session.Error.Line($"\nWARNING! Your credentials are stored unencrypted in '{path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n");
        }

        session.Output.Line(answer.Text("Status", "Login Succeeded"));
        return 0;
    }
}
