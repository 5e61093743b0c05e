using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class PushCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] NAME[:TAG]",
        Summary = "Upload an image to a registry",
        Paths = ["image push", "push"],
        Flags =
        [
            new("all-tags", 'a', FlagType.Switch, "Push all tags of an image to the repository"),
            new("disable-content-trust", '\0', FlagType.Switch, "Skip image signing", "true"),
            new("platform", '\0', FlagType.Text, "Push a platform-specific manifest as a single-platform image to the registry.\nImage index won't be pushed, meaning that other manifests, including attestations won't be preserved.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)") { Since = "1.46" },
            new("quiet", 'q', FlagType.Switch, "Suppress verbose output"),
        ],
        Least = 1,
        Most = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        string reference = call.Arguments[0];
        ImageReference.Check(reference);
        (string name, string tag) = ImageReference.Split(reference);
        bool all = call.Flags.Is("all-tags");
        bool quiet = call.Flags.Is("quiet");
        if (all && tag.Length > 0)
        {
            throw new CommandException("tag can't be used with --all-tags/-a");
        }

        if (!all && tag.Length == 0)
        {
            tag = "latest";
            if (!quiet)
            {
                call.Session.Output.Line("Using default tag: latest");
            }
        }

        string platform = PlatformText.ToJsonIf(call.Flags.Text("platform"));
        var route = new Query(Routes.Image(name) + "/push").AddIf("tag", all ? "" : tag).AddIf("platform", platform);
        using EngineResponse response = call.Session.Client.Send("POST", route.ToString(), null, ("X-Registry-Auth", RegistryAuth.Header(call.Session, ImageReference.Registry(reference))));
        Progress.Show(response, quiet ? null : call.Session.Output);
        if (quiet)
        {
            call.Session.Output.Line(ImageReference.Canonical(all ? name : ImageReference.WithTag(reference)));
        }

        return 0;
    }
}
