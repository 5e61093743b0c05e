using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;

namespace Wharf.Cli.Commands;

internal static class LogoutCommand
{
    internal static Command Build() => new()
    {
        Usage = "[SERVER]",
        Summary = "Log out from a registry",
        Paths = ["logout"],
        Most = 1,
        Run = call =>
        {
            string server = LoginCommand.Server(call.Arguments);
            bool known = new CredentialFile(call.Session).Remove(server);
            call.Session.Output.Line(known ? $"Removing login credentials for {server}" : $"Not logged in to {server}");
            return 0;
        },
    };
}
