using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class CommitCommand
{
    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
        Summary = "Create a new image from a container's changes",
        Paths = ["container commit", "commit"],
        Flags =
        [
            new("author", 'a', FlagType.Text, "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")"),
            new("change", 'c', FlagType.List, "Apply Dockerfile instruction to the created image"),
            new("message", 'm', FlagType.Text, "Commit message"),
            new("no-pause", '\0', FlagType.Switch, ""),
            new("pause", 'p', FlagType.Switch, "Pause container during commit", "true"),
        ],
        Least = 1,
        Most = 2,
        Run = call =>
        {
            string name = "";
            string tag = "";
            if (call.Arguments.Count > 1 && call.Arguments[1].Length > 0)
            {
                ImageReference.Check(call.Arguments[1]);
                if (call.Arguments[1].Contains('@', StringComparison.Ordinal))
                {
                    throw new CommandException("refusing to create a tag with a digest reference");
                }

                (name, tag) = ImageReference.Split(ImageReference.WithTag(call.Arguments[1]));
            }

            var route = new Query("/commit").Add("container", call.Arguments[0]).AddIf("repo", name).AddIf("tag", tag)
                .AddIf("comment", call.Flags.Text("message")).AddIf("author", call.Flags.Text("author"));
            foreach (string change in call.Flags.All("change"))
            {
                route.Add("changes", change);
            }

            if (call.Flags.Is("no-pause") || !call.Flags.Is("pause", fallback: true))
            {
                route.Add("pause", "0");
            }

            using EngineResponse response = call.Session.Client.Send("POST", route.ToString(), RequestContent.Json("{}"u8.ToArray()));
            call.Session.Output.Line(response.ReadJson().Text("Id"));
            return 0;
        },
    };
}
