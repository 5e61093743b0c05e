using System.Globalization;
using Wharf.Libcontainer;
using Wharf.Libcontainer.Criu;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>Writes a running container into an image, by criu.</summary>
internal static class CheckpointCommand
{
    internal static IReadOnlyList<Flag> Flags =>
    [
        .. CriuArguments.Flags,
        new("parent-path", TakesValue: true, Help: "image that this one adds to, from the image's folder"),
        new("leave-running", Help: "let the container go on"),
        new("tcp-skip-in-flight", Help: "leave out TCP connections that are just being made"),
        new("link-remap", Help: "give files without a name one, where that can be done"),
        new("status-fd", TakesValue: true, Help: "descriptor that gets a null byte when lazy pages can be asked for") { Value = "int", Default = "-1" },
        new("page-server", TakesValue: true, Help: "ADDRESS:PORT that takes the memory"),
        new("pre-dump", Help: "only the memory, and the container goes on"),
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        Container container = Container.Load(options.Root, arguments.ContainerId("checkpoint"));
        CriuSettings criu = CriuArguments.Read(options, arguments);
        container.Checkpoint(
            new CheckpointOptions
            {
                Criu = criu,
                ParentPath = CriuArguments.Given(arguments, "parent-path") is { } parent ? CheckedParent(criu.ImagePath, parent) : null,
                LeaveRunning = arguments.Has("leave-running"),
                PreDump = arguments.Has("pre-dump"),
                LinkRemap = arguments.Has("link-remap"),
                TcpSkipInFlight = arguments.Has("tcp-skip-in-flight"),
                PageServer = CriuArguments.Given(arguments, "page-server") is { } server ? ParsePageServer(server) : null,
                StatusDescriptor = arguments.Value("status-fd") is null ? -1 : arguments.Number("status-fd"),
            },
            options.Log.Warning,
            options.Log.Debug ?? (_ => { }));
        return 0;
    }

    /// <summary>criu follows it from the image's folder, so that both can be moved together.</summary>
    private static string CheckedParent(string image, string parent)
    {
        string path = Path.Combine(image, parent);
        return Path.IsPathRooted(parent) ? throw new ContainerException("--parent-path must be relative")
            : Directory.Exists(path) ? parent
            : throw new ContainerException($"invalid --parent-path: {path}: {(File.Exists(path) ? "not a directory" : "no such file or directory")}");
    }

    private static PageServer ParsePageServer(string text)
    {
        int colon = text.LastIndexOf(':');
        string address = colon < 0 ? string.Empty : text[..colon];
        if (address.Length > 2 && address[0] == '[' && address[^1] == ']')
        {
            address = address[1..^1];
        }
        else if (address.Contains(':', StringComparison.Ordinal))
        {
            address = string.Empty;
        }

        if (address.Length == 0 || colon == text.Length - 1)
        {
            throw new ContainerException("Use --page-server ADDRESS:PORT to specify page server");
        }

        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue
            ? new PageServer(address, port)
            : throw new ContainerException("Invalid port number");
    }
}
