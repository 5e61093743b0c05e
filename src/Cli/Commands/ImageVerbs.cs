using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

/// <summary>Commands that get images, name them and remove them.</summary>
internal static class ImageVerbs
{
    internal static Command Pull() => new()
    {
        Usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
        Summary = "Download an image from a registry",
        Paths = ["image pull", "pull"],
        Flags =
        [
            new("all-tags", 'a', FlagType.Switch, "Download all tagged images in the repository"),
            new("disable-content-trust", '\0', FlagType.Switch, "Skip image verification", "true"),
            new("platform", '\0', FlagType.Text, "Set platform if server is multi-platform capable"),
            new("quiet", 'q', FlagType.Switch, "Suppress verbose output"),
        ],
        Least = 1,
        Most = 1,
        Run = call =>
        {
            string reference = call.Arguments[0];
            ImageReference.Check(reference);
            bool all = call.Flags.Is("all-tags");
            if (all && ImageReference.Split(reference).Tag.Length > 0)
            {
                throw new CommandException("tag can't be used with --all-tags/-a");
            }

            bool quiet = call.Flags.Is("quiet");
            if (!all && ImageReference.WithTag(reference) != reference && !quiet)
            {
                call.Session.Output.Line("Using default tag: latest");
            }

            ImagePull.Run(call.Session, reference, Containers.NewContainer.Platform(call.Flags), quiet ? null : call.Session.Output, all);
            call.Session.Output.Line(ImageReference.Canonical(all ? reference : ImageReference.WithTag(reference)));
            return 0;
        },
    };

    internal static Command Tag() => new()
    {
        Usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        Summary = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
        Paths = ["image tag", "tag"],
        Least = 2,
        Most = 2,
        Run = call =>
        {
            CheckTarget(call.Arguments[1]);
            (string name, string tag) = ImageReference.Split(call.Arguments[1]);
            if (call.Arguments[1].Contains('@', StringComparison.Ordinal))
            {
                throw new CommandException("refusing to create a tag with a digest reference");
            }

            call.Session.Client.Send("POST", new Query(Routes.Image(call.Arguments[0]) + "/tag").Add("repo", name).AddIf("tag", tag.Length > 0 ? tag : "latest").ToString()).Dispose();
            return 0;
        },
    };

    internal static Command Remove() => new()
    {
        Usage = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Remove one or more images",
        Paths = ["image rm", "image remove", "rmi"],
        Flags =
        [
            new("force", 'f', FlagType.Switch, "Force removal of the image"),
            new("no-prune", '\0', FlagType.Switch, "Do not delete untagged parents"),
            new("platform", '\0', FlagType.Strings, "Remove only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")") { Since = "1.50" },
        ],
        Least = 1,
        Run = call =>
        {
            int code = 0;
            foreach (string name in call.Arguments)
            {
                try
                {
                    using EngineResponse response = call.Session.Client.Send("DELETE", RemoveRoute(call, name));
                    PrintRemoved(call.Session, response.ReadJson());
                }
                catch (Exception error) when (EntryPoint.IsExpected(error) || error is CommandException)
                {
                    call.Session.Error.Line(EntryPoint.Describe(error));

                    // With --force an image that is not there is what was wanted.
                    code = call.Flags.Is("force") && error is EngineException { Status: 404 } ? code : 1;
                    if (error is UnreachableException)
                    {
                        break;
                    }
                }
            }

            return code;
        },
    };

    internal static Command Prune() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Remove unused images",
        Paths = ["image prune"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Remove all unused images, not just dangling ones"),
            new("filter", '\0', FlagType.Filter, "Provide filter values (e.g. \"until=<timestamp>\")"),
            new("force", 'f', FlagType.Switch, "Do not prompt for confirmation"),
        ],
        Most = 0,
        Run = call =>
        {
            bool all = call.Flags.Is("all");
            Confirmation.Ask(call, all ? "WARNING! This will remove all images without at least one container associated to them." : "WARNING! This will remove all dangling images.");
            PruneCalls.Print(call.Session, PruneCalls.Images(call.Session, call.Flags.All("filter"), all));
            return 0;
        },
    };

    private static void CheckTarget(string target)
    {
        try
        {
            ImageReference.Check(target);
        }
        catch (CommandException error)
        {
            throw new CommandException($"error parsing reference: \"{target}\" is not a valid repository/tag: {error.Message}");
        }
    }

    private static string RemoveRoute(Invocation call, string name)
    {
        Query route = new Query(Routes.Image(name)).AddIf("force", call.Flags.Is("force")).AddIf("noprune", call.Flags.Is("no-prune"));
        foreach (string platform in call.Flags.Strings("platform"))
        {
            route.Add("platforms", PlatformText.ToJson(platform));
        }

        return route.ToString();
    }

    private static void PrintRemoved(Session session, JsonElement answer)
    {
        foreach (JsonElement step in answer.Items())
        {
            session.Output.Line(step.Text("Deleted") is { Length: > 0 } deleted ? $"Deleted: {deleted}" : $"Untagged: {step.Text("Untagged")}");
        }
    }
}
