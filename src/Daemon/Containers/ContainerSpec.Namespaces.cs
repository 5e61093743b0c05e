using Wharf.Daemon.Networks;
using Wharf.EngineApi.Containers;
using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Containers;

/// <summary>Which namespaces are the container's own, another's, or the host's.</summary>
internal static partial class ContainerSpec
{
    private static List<Namespace> Namespaces(HostConfig host, ContainerNetwork network, SharedNamespaces shared)
    {
        List<Namespace> namespaces = [new() { Type = "mount" }];
        if (!network.IsHosts)
        {
            namespaces.Add(new Namespace { Type = "network", Path = network.NamespacePath });
        }

        if (host.UTSMode != "host")
        {
            namespaces.Add(new Namespace { Type = "uts" });
        }

        if (host.PidMode != "host")
        {
            namespaces.Add(new Namespace { Type = "pid", Path = shared.Pid });
        }

        if (host.IpcMode != "host")
        {
            namespaces.Add(new Namespace { Type = "ipc", Path = shared.Ipc });
        }

        if (host.CgroupnsMode != "host" && !(host.Privileged && host.CgroupnsMode.Length == 0))
        {
            namespaces.Add(new Namespace { Type = "cgroup" });
        }

        return namespaces;
    }
}
