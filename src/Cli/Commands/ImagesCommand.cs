using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;

namespace Wharf.Cli.Commands;

internal static class ImagesCommand
{
    private static readonly string[] Ambiguous = ["build", "history", "import", "inspect", "list", "load", "ls", "prune", "pull", "push", "rm", "save", "tag"];

    private const string Raw = "repository: {{.Repository}}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n";

    internal static Command Build() => new()
    {
        Usage = "[OPTIONS] [REPOSITORY[:TAG]]",
        Summary = "List images",
        Paths = ["image ls", "image list", "images"],
        Flags =
        [
            new("all", 'a', FlagType.Switch, "Show all images (default hides intermediate images)"),
            new("digests", '\0', FlagType.Switch, "Show digests"),
            Filters.Flag,
            Formats.ListFlag,
            new("no-trunc", '\0', FlagType.Switch, "Don't truncate output"),
            new("tree", '\0', FlagType.Switch, "List multi-platform images as a tree (EXPERIMENTAL)") { Since = "1.47" },
            new("quiet", 'q', FlagType.Switch, "Only show image IDs"),
        ],
        Most = 1,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        FlagValues flags = call.Flags;
        string format = flags.Has("format") || flags.Is("quiet") ? flags.Text("format") : call.Session.Configured("imagesFormat") ?? "";
        IEnumerable<string> filters = call.Arguments.Count > 0 ? flags.All("filter").Append("reference=" + call.Arguments[0]) : flags.All("filter");
        bool tree = flags.Is("tree");
        string[] against = ["quiet", "no-trunc", "digests", "format"];
        if (tree && against.FirstOrDefault(flags.Has) is { } conflict)
        {
            throw new CommandException($"--{(conflict == "digests" ? "show-digest" : conflict)} is not yet supported with --tree");
        }

        var query = new Query("/images/json").AddIf("all", flags.Is("all")).AddEscaped("filters", Filters.Query(filters)).AddIf("manifests", tree);
        using EngineResponse response = call.Session.Client.Send("GET", query.ToString());
        JsonElement[] images = [.. response.ReadJson().Items()];
        if (tree)
        {
            call.Session.Output.Text(ImageTree.Draw(images));
            return 0;
        }

        bool full = flags.Is("no-trunc");
        bool digests = flags.Is("digests") || format.Contains(".Digest", StringComparison.Ordinal);
        IEnumerable<ImageName> names = images.SelectMany(image => ImageName.Of(image, digests));
        if (flags.Is("quiet") && format is "" or "table")
        {
            foreach (ImageName name in names)
            {
                call.Session.Output.Line(ImageRow.Id(name, full));
            }

            return 0;
        }

        string table = flags.Is("digests")
            ? "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}"
            : "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}";
        if (images.Length == 0 && call.Arguments.Count == 1 && Ambiguous.Contains(call.Arguments[0]) && call.Command.Path == "images")
        {
            call.Session.Error.Line($"No images found matching \"{call.Arguments[0]}\": did you mean \"{Session.Program} image {call.Arguments[0]}\"?");
        }

        Formats.Print(call.Session, format, table, ImageRow.Headings, names.Select(name => ImageRow.Of(name, full)), flags.Is("digests") ? Raw.Replace("image_id:", "digest: {{.Digest}}\nimage_id:", StringComparison.Ordinal) : Raw);
        return 0;
    }
}
