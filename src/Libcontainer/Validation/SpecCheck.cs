using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Validation;

/// <summary>
/// What can be said of a spec before anything is made: each mistake is told by its place in the document. What only the kernel knows
/// is left to the kernel.
/// </summary>
internal static class SpecCheck
{
    internal static void Check(RuntimeSpec spec)
    {
        if (spec.OciVersion.Length > 0 && !Version.TryParse(spec.OciVersion.Split('-', '+')[0], out _))
        {
            throw Fault.At("ociVersion", $"\"{spec.OciVersion}\" is not a version");
        }

        if (spec.Root is not { Path.Length: > 0 })
        {
            throw Fault.At("root.path", "Root must be specified");
        }

        ProcessCheck.Check(spec.Process ?? throw Fault.At("process", "process property must not be empty"));
        LinuxPlatform linux = spec.Linux ?? new LinuxPlatform();
        NamespaceCheck.Check(linux);
        HostNames(spec, linux);
        MountCheck.Check(spec.Mounts ?? [], linux);
        LinuxCheck.Check(linux);
        Hooks(spec.Hooks ?? new Wharf.Oci.Runtime.Hooks());
    }

    private static void HostNames(RuntimeSpec spec, LinuxPlatform linux)
    {
        bool hasUts = NamespaceCheck.Has(linux, "uts");
        if (spec.Hostname is { Length: > 0 } && !hasUts)
        {
            throw Fault.At("hostname", "unable to set hostname without a private UTS namespace");
        }

        if (spec.Domainname is { Length: > 0 } && !hasUts)
        {
            throw Fault.At("domainname", "unable to set domainname without a private UTS namespace");
        }
    }

    private static void Hooks(Wharf.Oci.Runtime.Hooks hooks)
    {
        Hooks(hooks.Prestart, "prestart");
        Hooks(hooks.CreateRuntime, "createRuntime");
        Hooks(hooks.CreateContainer, "createContainer");
        Hooks(hooks.StartContainer, "startContainer");
        Hooks(hooks.Poststart, "poststart");
        Hooks(hooks.Poststop, "poststop");
    }

    private static void Hooks(IReadOnlyList<Hook>? hooks, string kind)
    {
        for (int index = 0; index < (hooks?.Count ?? 0); index++)
        {
            Hook hook = hooks![index];
            if (!hook.Path.StartsWith('/'))
            {
                throw Fault.At($"hooks.{kind}[{index}].path", $"path \"{hook.Path}\" is not absolute");
            }

            if (hook.Timeout is <= 0)
            {
                throw Fault.At($"hooks.{kind}[{index}].timeout", $"{hook.Timeout} is not above zero");
            }
        }
    }
}
