using Wharf.Libcontainer;
using Wharf.Libcontainer.Criu;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>What checkpoint and restore have in common.</summary>
internal static class CriuArguments
{
    internal static readonly Flag[] Flags =
    [
        new("image-path", TakesValue: true, Help: "folder of the image; checkpoint in the working directory if there is none"),
        new("work-path", TakesValue: true, Help: "folder of criu's logs"),
        new("tcp-established", Help: "keep open TCP connections"),
        new("ext-unix-sk", Help: "keep unix sockets whose other end is outside"),
        new("shell-job", Help: "the processes belong to a terminal of the caller's"),
        new("lazy-pages", Help: "move memory only when it is used, by userfaultfd(2)"),
        new("file-locks", Help: "keep locks on files"),
        new("manage-cgroups-mode", TakesValue: true, Help: "soft, full, strict or ignore") { Default = "soft" },
        new("empty-ns", TakesValue: true, Help: "namespace that is made anew, without what it had") { Repeats = true },
        new("auto-dedup", Help: "drop pages of the image that are in a later one"),
    ];

    internal static CriuSettings Read(GlobalOptions options, Arguments arguments)
    {
        if (CurrentProcess.EffectiveUserId != 0)
        {
            options.Log.Warning("runc checkpoint is untested with rootless containers");
        }

        // The network is always made anew: what it had is not criu's to know.
        if (arguments.Values("empty-ns").FirstOrDefault(type => type != "network") is { } unknown)
        {
            throw new ContainerException($"namespace \"{unknown}\" is not supported");
        }

        return new CriuSettings
        {
            Program = options.Criu,
            ImagePath = Path.GetFullPath(Given(arguments, "image-path") ?? "checkpoint"),
            WorkPath = Given(arguments, "work-path") is { } work ? Path.GetFullPath(work) : null,
            TcpEstablished = arguments.Has("tcp-established"),
            ExternalUnixSockets = arguments.Has("ext-unix-sk"),
            ShellJob = arguments.Has("shell-job"),
            LazyPages = arguments.Has("lazy-pages"),
            FileLocks = arguments.Has("file-locks"),
            AutoDedup = arguments.Has("auto-dedup"),
            ManageCgroupsMode = Given(arguments, "manage-cgroups-mode") ?? string.Empty,
        };
    }

    internal static string? Given(Arguments arguments, string name) => arguments.Value(name) is { Length: > 0 } value ? value : null;
}
