using Wharf.Cli.CommandLine;
using Wharf.Cli.Images;
using Wharf.Cli.Output;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Commands;

/// <summary>Images from archives and into archives.</summary>
internal static class ImageArchives
{
    internal static Command Load() => new()
    {
        Usage = "[OPTIONS]",
        Summary = "Load an image from a tar archive or STDIN",
        Paths = ["image load", "load"],
        Flags =
        [
            new("input", 'i', FlagType.Text, "Read from tar archive file, instead of STDIN"),
            new("platform", '\0', FlagType.Text, "Load only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")") { Since = "1.48" },
            new("quiet", 'q', FlagType.Switch, "Suppress the load output"),
        ],
        Most = 0,
        Run = call =>
        {
            using FileDescriptor file = call.Flags.Has("input") ? OpenFile(call.Flags.Text("input")) : StandardInput("requested load from stdin, but stdin is empty");
            using var stream = new DescriptorStream(file, call.Flags.Text("input", "standard input"));
            using EngineResponse response = call.Session.Client.Send("POST", new Query("/images/load").Add("quiet", call.Flags.Is("quiet") || !call.Session.Output.IsTerminal ? "1" : "0").AddIf("platform", PlatformText.ToJsonIf(call.Flags.Text("platform"))).ToString(), RequestContent.Archive(stream));
            if (response.Header("Content-Type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true)
            {
                Progress.Show(response, call.Session.Output);
            }
            else
            {
                call.Session.Output.Bytes(response.ReadBytes());
            }

            return 0;
        },
    };

    internal static Command Save() => new()
    {
        Usage = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Save one or more images to a tar archive (streamed to STDOUT by default)",
        Paths = ["image save", "save"],
        Flags =
        [
            new("output", 'o', FlagType.Text, "Write to a file, instead of STDOUT"),
            new("platform", '\0', FlagType.Text, "Save only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., \"linux/amd64\")") { Since = "1.48" },
        ],
        Least = 1,
        Run = call =>
        {
            Query route = call.Arguments.Count == 1 ? new Query(Routes.Image(call.Arguments[0]) + "/get") : new Query("/images/get");
            if (call.Arguments.Count > 1)
            {
                foreach (string name in call.Arguments)
                {
                    route.Add("names", name);
                }
            }

            route.AddIf("platform", PlatformText.ToJsonIf(call.Flags.Text("platform")));
            return ArchiveOutput.Copy(call, () => call.Session.Client.Send("GET", route.ToString()));
        },
    };

    internal static Command Import() => new()
    {
        Usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
        Summary = "Import the contents from a tarball to create a filesystem image",
        Paths = ["image import", "import"],
        Flags =
        [
            new("change", 'c', FlagType.List, "Apply Dockerfile instruction to the created image"),
            new("message", 'm', FlagType.Text, "Set commit message for imported image"),
            new("platform", '\0', FlagType.Text, "Set platform if server is multi-platform capable"),
        ],
        Least = 1,
        Run = call =>
        {
            string source = call.Arguments[0];
            bool isUrl = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
            (string name, string tag) = call.Arguments.Count > 1 ? ImageReference.Split(call.Arguments[1]) : ("", "");
            var route = new Query("/images/create").Add("fromSrc", isUrl ? source : "-").AddIf("repo", name).AddIf("tag", tag).AddIf("message", call.Flags.Text("message")).AddIf("platform", call.Flags.Text("platform"));
            foreach (string change in call.Flags.All("change"))
            {
                route.Add("changes", change);
            }

            using FileDescriptor? file = isUrl ? null : source == "-" ? new FileDescriptor(0, ownsHandle: false) : OpenFile(source);
            using DescriptorStream? stream = file is null ? null : new DescriptorStream(file, source);
            using EngineResponse response = call.Session.Client.Send("POST", route.ToString(), stream is null ? null : RequestContent.Archive(stream));
            Progress.Show(response, call.Session.Output);
            return 0;
        },
    };

    private static FileDescriptor OpenFile(string path)
    {
        try
        {
            return Files.Open(path, OpenFlags.ReadOnly);
        }
        catch (SyscallException error) when (error.Errno == Errno.ENOENT)
        {
            throw new CommandException($"open {path}: no such file or directory");
        }
    }

    private static FileDescriptor StandardInput(string refusal)
    {
        var input = new FileDescriptor(0, ownsHandle: false);
        return Terminal.Size(input) is null ? input : throw new CommandException(refusal);
    }
}
