using Wharf.Libcontainer.Launch;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>Only settings that belong to a namespace of the container are written; all others are the host's: config-linux.md, "Sysctl".</summary>
internal static class SysctlCheck
{
    private static readonly string[] OfIpc =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    internal static void Check(LinuxPlatform linux)
    {
        foreach (string name in linux.Sysctl?.Keys ?? [])
        {
            if (Problem(SysctlPath.Dotted(name), linux) is { } problem)
            {
                throw Fault.At("linux.sysctl." + name, problem);
            }
        }
    }

    private static string? Problem(string name, LinuxPlatform linux)
    {
        // With dots between the parts a slash stands for a dot of a name: "net.ipv4.conf.eth0/1.rp_filter".
        if (name.Split('.').Any(part => part is "" or "/" or "//" || part.StartsWith('/')))
        {
            return $"\"{name}\" is no name of a sysctl";
        }

        if (OfIpc.Contains(name) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal))
        {
            return NamespaceCheck.Has(linux, "ipc") ? null : $"sysctl \"{name}\" is not allowed in the hosts ipc namespace";
        }

        if (name.StartsWith("net.", StringComparison.Ordinal))
        {
            return NamespaceCheck.Find(linux, "network") is not { } network || NamespacePlan.IsOwn(network) ? $"sysctl \"{name}\" not allowed in host network namespace" : null;
        }

        if (name == "kernel.domainname" && NamespaceCheck.Has(linux, "uts"))
        {
            return null;
        }

        if (name == "kernel.hostname" && NamespaceCheck.Has(linux, "uts"))
        {
            return $"sysctl \"{name}\" is not allowed as it conflicts with the OCI \"hostname\" field";
        }

        if (name.StartsWith("user.", StringComparison.Ordinal))
        {
            return NamespaceCheck.Has(linux, "user") ? null : $"setting ucounts without a user namespace not allowed: {name}";
        }

        return $"sysctl \"{name}\" is not in a separate kernel namespace";
    }
}
