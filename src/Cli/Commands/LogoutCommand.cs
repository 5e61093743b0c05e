using Wharf.Cli.CommandLine;
using Wharf.Cli.Credentials;

namespace Wharf.Cli.Commands;

internal static class LogoutCommand
{
    internal static Command Build() => new()
    {
        Usage = "[SERVER]",
        Summary = "Log out from a registry",
        Long = "Log out from a registry.\nIf no server is specified, the default is defined by the daemon.",
        Paths = ["logout"],
        Most = 1,
        Run = call =>
        {
            string server = LoginCommand.Server(call.Arguments);
            call.Session.Output.Line($"Removing login credentials for {server}");

            // Older clients kept them under the address as it was typed.
            foreach (string name in call.Arguments.Count == 0 ? [server] : new[] { server, "http://" + server, "https://" + server })
            {
                new CredentialStore(call.Session, name).Remove();
            }

            return 0;
        },
    };
}
