using Wharf.Libcontainer;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>What create and run have in common: the bundle, and flags on how the container is made.</summary>
internal static class BundleArguments
{
    internal static readonly Flag[] Flags =
    [
        new("bundle", TakesValue: true, Letter: 'b', Help: "the bundle's folder, if not the working directory"),
        new("console-socket", TakesValue: true, Help: "unix socket that gets the master of the container's terminal"),
        new("pidfd-socket", TakesValue: true, Help: "unix socket that gets a pidfd of the container's first process"),
        new("pid-file", TakesValue: true, Help: "file that gets the id of the container's first process"),
        new("no-pivot", Help: "enter the root without pivot_root(2): for a root on a ramdisk"),
        new("no-new-keyring", Help: "keep the caller's session keyring"),
        new("preserve-fds", TakesValue: true, Help: "how many descriptors from 3 on are passed on, after those of $LISTEN_FDS") { Value = "int", Default = "0" },
    ];

    internal static (string Bundle, RuntimeSpec Spec, CreateOptions Create) Read(GlobalOptions options, Arguments arguments)
    {
        string bundle = Path.GetFullPath(arguments.Value("bundle") is { Length: > 0 } given ? given : ".");
        RuntimeSpec spec = Bundle.Read(bundle, out byte[] document);
        InheritedDescriptors inherited = InheritedDescriptors.Of(arguments);
        if (inherited.Environment.Count > 0)
        {
            // What the process gets is no longer what the document says of it.
            Process process = spec.Process!;
            spec = spec with { Process = process with { Env = [.. process.Env ?? [], .. inherited.Environment] } };
        }

        return (bundle, spec, Options(options, arguments) with { SpecDocument = document, PreserveDescriptors = inherited.Count, SystemdCgroup = options.SystemdCgroup, RootlessCgroups = options.RootlessCgroups, Notifies = GlobalOptions.NotifySocket is not null });
    }

    private static CreateOptions Options(GlobalOptions options, Arguments arguments) => new()
    {
        ConsoleSocket = arguments.Value("console-socket") is { Length: > 0 } socket ? socket : null,
        PidFile = arguments.Value("pid-file") is { Length: > 0 } file ? file : null,
        Debug = options.Log.Debug,
        NoPivot = arguments.Has("no-pivot"),
        NoNewKeyring = arguments.Has("no-new-keyring"),
        PidfdSocket = arguments.Value("pidfd-socket") is { Length: > 0 } pidfd ? pidfd : null,
    };
}
