using Wharf.Libcontainer;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>What create and run have in common: the bundle, and flags on how the container is made.</summary>
internal static class BundleArguments
{
    internal static readonly Flag[] Flags =
    [
        new("bundle", TakesValue: true, Letter: 'b'), new("console-socket", TakesValue: true), new("pidfd-socket", TakesValue: true),
        new("pid-file", TakesValue: true), new("no-pivot"), new("no-new-keyring"), new("preserve-fds", TakesValue: true),
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

        return (bundle, spec, Options(arguments) with { SpecDocument = document, PreserveDescriptors = inherited.Count, SystemdCgroup = options.SystemdCgroup, RootlessCgroups = options.RootlessCgroups });
    }

    private static CreateOptions Options(Arguments arguments) => new()
    {
        ConsoleSocket = arguments.Value("console-socket") is { Length: > 0 } socket ? socket : null,
        PidFile = arguments.Value("pid-file") is { Length: > 0 } file ? file : null,
        NoPivot = arguments.Has("no-pivot"),
        NoNewKeyring = arguments.Has("no-new-keyring"),
        PidfdSocket = arguments.Value("pidfd-socket") is { Length: > 0 } pidfd ? pidfd : null,
    };
}
