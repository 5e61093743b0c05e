using System.Net;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class NetworkConnectCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] NETWORK CONTAINER",
        Summary = "Connect a container to a network",
        Paths = ["network connect"],
        Flags =
        [
            new("alias", '\0', FlagType.Strings, "Add network-scoped alias for the container"),
            new("driver-opt", '\0', FlagType.Strings, "driver options for the network"),
            new("gw-priority", '\0', FlagType.Int, "Highest gw-priority provides the default gateway. Accepts positive and negative values."),
            new("ip", '\0', FlagType.Text, "IPv4 address (e.g., \"172.30.100.104\")"),
            new("ip6", '\0', FlagType.Text, "IPv6 address (e.g., \"2001:db8::33\")"),
            new("link", '\0', FlagType.List, "Add link to another container"),
            new("link-local-ip", '\0', FlagType.Strings, "Add a link-local address for the container"),
        ],
        Least = 2,
        Most = 2,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        FlagValues flags = call.Flags;
        CheckAddress(flags, "ip");
        CheckAddress(flags, "ip6");
        var options = new Dictionary<string, string>();
        foreach (string option in flags.Strings("driver-opt"))
        {
            string[] parts = option.Split('=', 2);
            if (parts.Length < 2 || parts[0].Trim().Length == 0)
            {
                throw new CommandException("invalid key/value pair format in driver options");
            }

            options[parts[0].Trim()] = parts[1].Trim();
        }

        RequestContent body = RequestContent.Json(JsonText.Object(writer =>
        {
            writer.WriteString("Container", call.Arguments[1]);
            writer.WriteStartObject("EndpointConfig");
            writer.WriteStartObject("IPAMConfig");
            writer.WriteTextIf("IPv4Address", flags.Text("ip"));
            writer.WriteTextIf("IPv6Address", flags.Text("ip6"));
            if (flags.Has("link-local-ip"))
            {
                writer.WriteTexts("LinkLocalIPs", flags.Strings("link-local-ip"));
            }

            writer.WriteEndObject();
            if (flags.Has("link"))
            {
                writer.WriteTexts("Links", flags.All("link"));
            }

            if (flags.Has("alias"))
            {
                writer.WriteTexts("Aliases", flags.Strings("alias"));
            }

            writer.WriteMap("DriverOpts", options);
            if (flags.Has("gw-priority"))
            {
                writer.WriteNumber("GwPriority", flags.Int("gw-priority"));
            }

            writer.WriteEndObject();
        }));
        call.Session.Client.Send("POST", NetworkCommands.Route(call.Arguments[0]) + "/connect", body).Dispose();
        return 0;
    }

    private static void CheckAddress(FlagValues flags, string name)
    {
        if (flags.Text(name) is { Length: > 0 } text && !IPAddress.TryParse(text, out _))
        {
            throw new UsageException($"invalid argument \"{text}\" for \"--{name}\" flag: failed to parse IP: \"{text}\"");
        }
    }
}
