using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class DeleteCommand
{
    internal static readonly Flag[] Flags = [new("force", Letter: 'f')];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("delete");
        bool force = arguments.Has("force");
        Container container;
        try
        {
            container = Container.Load(options.Root, id);
        }
        catch (ContainerException) when (force)
        {
            // Forced deletion of what is not there, or only half there, does well.
            new StateDirectory(options.Root, id).Remove();
            return 0;
        }

        container.Delete(force, options.Log.Warning);
        return 0;
    }
}
