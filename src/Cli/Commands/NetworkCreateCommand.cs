using Wharf.Cli.CommandLine;
using Wharf.Cli.Containers;
using Wharf.Cli.Networks;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class NetworkCreateCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] NETWORK",
        Summary = "Create a network",
        Paths = ["network create"],
        Flags =
        [
            new("attachable", '\0', FlagType.Switch, "Enable manual container attachment"),
            new("aux-address", '\0', FlagType.Map, "Auxiliary IPv4 or IPv6 addresses used by Network driver", "map[]"),
            new("config-from", '\0', FlagType.Text, "The network from which to copy the configuration"),
            new("config-only", '\0', FlagType.Switch, "Create a configuration only network"),
            new("driver", 'd', FlagType.Text, "Driver to manage the Network", "bridge"),
            new("gateway", '\0', FlagType.Strings, "IPv4 or IPv6 Gateway for the master subnet"),
            new("ingress", '\0', FlagType.Switch, "Create swarm routing-mesh network"),
            new("internal", '\0', FlagType.Switch, "Restrict external access to the network"),
            new("ip-range", '\0', FlagType.Strings, "Allocate container ip from a sub-range"),
            new("ipam-driver", '\0', FlagType.Text, "IP Address Management Driver", "default"),
            new("ipam-opt", '\0', FlagType.Map, "Set IPAM driver specific options", "map[]"),
            new("ipv4", '\0', FlagType.Switch, "Enable or disable IPv4 address assignment", "true"),
            new("ipv6", '\0', FlagType.Switch, "Enable or disable IPv6 address assignment"),
            new("label", '\0', FlagType.List, "Set metadata on a network"),
            new("opt", 'o', FlagType.Map, "Set driver specific options", "map[]"),
            new("scope", '\0', FlagType.Text, "Control the network's scope"),
            new("subnet", '\0', FlagType.Strings, "Subnet in CIDR format that represents a network segment"),
        ],
        Least = 1,
        Most = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        FlagValues flags = call.Flags;
        AddressPlan plan = AddressPlan.Of(flags.Strings("subnet"), flags.Strings("ip-range"), flags.Strings("gateway"), Variables.Map(flags.All("aux-address")));
        RequestContent body = RequestContent.Json(JsonText.Object(writer =>
        {
            writer.WriteString("Name", call.Arguments[0]);
            writer.WriteBoolean("CheckDuplicate", true);
            writer.WriteString("Driver", flags.Text("driver", "bridge"));
            writer.WriteString("Scope", flags.Text("scope"));
            foreach ((string flag, string field) in new[] { ("ipv4", "EnableIPv4"), ("ipv6", "EnableIPv6") })
            {
                // Unsaid, the daemon's own default counts.
                if (flags.Has(flag))
                {
                    writer.WriteBoolean(field, flags.Is(flag));
                }
            }

            writer.WriteStartObject("IPAM");
            writer.WriteString("Driver", flags.Text("ipam-driver", "default"));
            writer.WriteMap("Options", Variables.Map(flags.All("ipam-opt")));
            plan.Write(writer);
            writer.WriteEndObject();
            writer.WriteBoolean("Internal", flags.Is("internal"));
            writer.WriteBoolean("Attachable", flags.Is("attachable"));
            writer.WriteBoolean("Ingress", flags.Is("ingress"));
            writer.WriteBoolean("ConfigOnly", flags.Is("config-only"));
            if (flags.Text("config-from") is { Length: > 0 } source)
            {
                writer.WriteStartObject("ConfigFrom");
                writer.WriteString("Network", source);
                writer.WriteEndObject();
            }

            writer.WriteMap("Options", Variables.Map(flags.All("opt")));
            writer.WriteMap("Labels", Variables.Map(flags.All("label")));
        }));
        using EngineResponse response = call.Session.Client.Send("POST", "/networks/create", body);
        System.Text.Json.JsonElement answer = response.ReadJson();
        if (answer.Text("Warning") is { Length: > 0 } warning)
        {
            call.Session.Error.Line($"WARNING: {warning}");
        }

        call.Session.Output.Line(answer.Text("Id"));
        return 0;
    }
}
