using Wharf.Libcontainer;
using Wharf.Oci.Runtime;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class CreateCommand
{
    internal static IReadOnlyList<Flag> Flags => BundleArguments.Flags;

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("create");
        (string bundle, RuntimeSpec spec, CreateOptions create) = BundleArguments.Read(options, arguments);
        Container.Create(options.Root, id, bundle, spec, create, options.Log.Warning);
        return 0;
    }
}
