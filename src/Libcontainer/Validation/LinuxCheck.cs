using Wharf.Libcontainer.Launch;
using Wharf.Libcontainer.Network;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>config-linux.md, but for namespaces.</summary>
internal static class LinuxCheck
{
    private const long MostMajor = 0xfff;
    private const long MostMinor = 0xfffff;

    private static readonly string[] Propagations =
        ["shared", "slave", "private", "unbindable", "rshared", "rslave", "rprivate", "runbindable"];

    internal static void Check(LinuxPlatform linux)
    {
        Paths(linux.MaskedPaths, "linux.maskedPaths");
        Paths(linux.ReadonlyPaths, "linux.readonlyPaths");
        if (!NamespaceCheck.Has(linux, "mount") && (linux.MaskedPaths is { Count: > 0 } || linux.ReadonlyPaths is { Count: > 0 }))
        {
            throw Fault.At(linux.MaskedPaths is { Count: > 0 } ? "linux.maskedPaths" : "linux.readonlyPaths", "unable to restrict sys entries without a private MNT namespace");
        }

        if (linux.RootfsPropagation is { Length: > 0 } propagation && !Propagations.Contains(propagation))
        {
            throw Fault.At("linux.rootfsPropagation", $"rootfsPropagation={propagation} is not supported");
        }

        if (linux.CgroupsPath?.Split('/').Contains("..") == true)
        {
            throw Fault.At("linux.cgroupsPath", $"cgroups path \"{linux.CgroupsPath}\" leaves its parent");
        }

        if (linux.IntelRdt?.ClosID is { } group && (group is "." or ".." || (group.Length > 1 && group.Contains('/', StringComparison.Ordinal))))
        {
            throw Fault.At("linux.intelRdt.closID", $"invalid intelRdt.ClosID \"{group}\"");
        }

        SysctlCheck.Check(linux);
        Devices(linux.Devices ?? []);
        Fault.Within("linux.netDevices", () => NetworkDevices.Check(linux));
        ProcessScheduling.Check(linux);
        SeccompCheck.Check(linux.Seccomp);
        ResourceCheck.Check(linux.Resources ?? new Resources());
    }

    private static void Paths(IReadOnlyList<string>? paths, string place)
    {
        for (int index = 0; index < (paths?.Count ?? 0); index++)
        {
            if (!paths![index].StartsWith('/'))
            {
                throw Fault.At($"{place}[{index}]", $"path \"{paths[index]}\" is not absolute");
            }
        }
    }

    private static void Devices(IReadOnlyList<Device> devices)
    {
        for (int index = 0; index < devices.Count; index++)
        {
            Device device = devices[index];
            string place = $"linux.devices[{index}]";
            if (!device.Path.StartsWith('/') || device.Path.EndsWith('/'))
            {
                throw Fault.At(place + ".path", $"path \"{device.Path}\" is not absolute");
            }

            if (device.Type is not ("c" or "u" or "b" or "p"))
            {
                throw Fault.At(place + ".type", $"device \"{device.Path}\": type \"{device.Type}\" is none of c, u, b, p");
            }

            if (device.Type != "p" && device.Major is < 0 or > MostMajor)
            {
                throw Fault.At(place + ".major", $"device \"{device.Path}\": {device.Major} is not between 0 and {MostMajor}");
            }

            if (device.Type != "p" && device.Minor is < 0 or > MostMinor)
            {
                throw Fault.At(place + ".minor", $"device \"{device.Path}\": {device.Minor} is not between 0 and {MostMinor}");
            }

            if (device.Uid == uint.MaxValue || device.Gid == uint.MaxValue)
            {
                throw Fault.At(place + (device.Uid == uint.MaxValue ? ".uid" : ".gid"), $"device \"{device.Path}\": {uint.MaxValue} is no id");
            }
        }
    }
}
