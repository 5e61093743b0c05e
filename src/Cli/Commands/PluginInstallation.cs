using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>
/// <code>
/// 1 the engine asks the registry what the plugin wants   GET  /plugins/privileges
/// 2 the user grants it                                    or --grant-all-permissions
/// 3 the engine pulls it with what was granted             POST /plugins/pull, or /plugins/NAME/upgrade
/// 4 its settings, then it is enabled
/// </code>
/// </summary>
internal static class PluginInstallation
{
    private static readonly Flag Trust = new("disable-content-trust", '\0', FlagType.Switch, "Skip image verification", "true");
    private static readonly Flag Grant = new("grant-all-permissions", '\0', FlagType.Switch, "Grant all permissions necessary to run the plugin");

    internal static Command Install() => new()
    {
        Usage = "[OPTIONS] PLUGIN [KEY=VALUE...]",
        Summary = "Install a plugin",
        Paths = ["plugin install"],
        Flags =
        [
            new("alias", '\0', FlagType.Text, "Local name for plugin"),
            new("disable", '\0', FlagType.Switch, "Do not enable the plugin on install"),
            Trust,
            Grant,
        ],
        Least = 1,
        Run = call =>
        {
            string remote = call.Arguments[0];
            ImageReference.Check(remote);
            string reference = ImageReference.Canonical(ImageReference.WithTag(remote));
            string alias = call.Flags.Text("alias");
            string name = alias.Length > 0 ? ImageReference.WithTag(alias) : reference;
            Pull(call, new Query("/plugins/pull").Add("remote", reference).AddIf("name", alias.Length > 0 ? name : ""), reference, remote);
            if (call.Arguments.Count > 1)
            {
                string body = $"[{string.Join(',', call.Arguments.Skip(1).Select(setting => Templates.GoJson.Of(setting)))}]";
                call.Session.Client.Send("POST", PluginCommands.Route(name) + "/set", RequestContent.Json(Encoding.UTF8.GetBytes(body))).Dispose();
            }

            if (!call.Flags.Is("disable"))
            {
                call.Session.Client.Send("POST", PluginCommands.Route(name) + "/enable?timeout=0").Dispose();
            }

            call.Session.Output.Line($"Installed plugin {remote}");
            return 0;
        },
    };

    internal static Command Upgrade() => new()
    {
        Usage = "[OPTIONS] PLUGIN [REMOTE]",
        Summary = "Upgrade an existing plugin",
        Paths = ["plugin upgrade"],
        Flags = [Trust, Grant, new("skip-remote-check", '\0', FlagType.Switch, "Do not check if specified remote plugin matches existing plugin image")],
        Least = 1,
        Most = 2,
        Run = call =>
        {
            JsonElement plugin = Inspect(call);
            if (plugin.Is("Enabled"))
            {
                throw new CommandException("the plugin must be disabled before upgrading");
            }

            string before = ImageReference.WithTag(plugin.Text("PluginReference"));
            string remote = ImageReference.WithTag(call.Arguments.Count > 1 ? call.Arguments[1] : before);
            ImageReference.Check(remote);
            call.Session.Output.Line($"Upgrading plugin {plugin.Text("Name")} from {before} to {remote}");
            if (!call.Flags.Is("skip-remote-check") && ImageReference.Canonical(remote) != ImageReference.Canonical(before))
            {
                Confirmation.AskPlain(call, "Plugin images do not match, are you sure?");
            }

            string reference = ImageReference.Canonical(remote);
            Pull(call, new Query(PluginCommands.Route(plugin.Text("Name")) + "/upgrade").Add("remote", reference), reference, remote);
            call.Session.Output.Line($"Upgraded plugin {plugin.Text("Name")} to {remote}");
            return 0;
        },
    };

    private static JsonElement Inspect(Invocation call)
    {
        try
        {
            using EngineResponse response = call.Session.Client.Send("GET", PluginCommands.Route(call.Arguments[0]) + "/json");
            return response.ReadJson();
        }
        catch (EngineException error)
        {
            throw new CommandException($"error reading plugin data: {EntryPoint.Describe(error)}");
        }
    }

    private static void Pull(Invocation call, Query route, string reference, string shown)
    {
        (string Name, string Value) access = ("X-Registry-Auth", RegistryAuth.Header(call.Session, ImageReference.Registry(reference)));
        byte[] granted;
        using (EngineResponse asked = call.Session.Client.Send("GET", new Query("/plugins/privileges").Add("remote", reference).ToString(), null, access))
        {
            granted = asked.ReadBytes();
        }

        JsonElement[] privileges = [.. JsonElement.Parse(granted).Items()];
        if (privileges.Length > 0 && !call.Flags.Is("grant-all-permissions"))
        {
            call.Session.Output.Line($"Plugin \"{shown}\" is requesting the following privileges:");
            foreach (JsonElement privilege in privileges)
            {
                call.Session.Output.Line($" - {privilege.Text("Name")}: [{string.Join(' ', privilege.Texts("Value"))}]");
            }

            Confirmation.AskPlain(call, "Do you grant the above permissions?");
        }

        using EngineResponse response = call.Session.Client.Send("POST", route.ToString(), RequestContent.Json(privileges.Length > 0 ? granted : "[]"u8.ToArray()), access);
        Progress.Show(response, call.Session.Output);
    }
}
