using Wharf.Libcontainer;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

internal static class DeleteCommand
{
    internal static readonly Flag[] Flags = [new("force", Letter: 'f', Help: "kill the container first if it runs")];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        string id = arguments.ContainerId("delete");
        bool force = arguments.Has("force");
        Container container;
        try
        {
            container = Container.Load(options.Root, id);
        }
        catch (ContainerException) when (!File.Exists(Path.Combine(options.Root, id, "state.json")) || force)
        {
            // What an aborted create has left is removed; that there is nothing more is an error, but for a forced deletion.
            new StateDirectory(options.Root, id).Remove();
            if (force)
            {
                return 0;
            }

            throw;
        }

        container.Delete(force, options.Log.Warning);
        return 0;
    }
}
