using System.Text.Json;

namespace Wharf.Oci.Runtime;

public static partial class SpecReader
{
    private static RuntimeSpec? ReadRuntimeSpec(ref Utf8JsonReader json) => Object(ref json, new RuntimeSpec(), static (ref Utf8JsonReader json, string name, RuntimeSpec spec) =>
    {
        switch (name)
        {
            case "ociVersion": spec.OciVersion = Text(ref json) ?? string.Empty; break;
            case "process": spec.Process = ReadProcess(ref json); break;
            case "root": spec.Root = ReadRoot(ref json); break;
            case "hostname": spec.Hostname = Text(ref json); break;
            case "domainname": spec.Domainname = Text(ref json); break;
            case "mounts": spec.Mounts = List(ref json, ReadMount); break;
            case "hooks": spec.Hooks = ReadHooks(ref json); break;
            case "annotations": spec.Annotations = Map(ref json, ReadAnyText); break;
            case "linux": spec.Linux = ReadLinuxPlatform(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Root? ReadRoot(ref Utf8JsonReader json) => Object(ref json, new Root(), static (ref Utf8JsonReader json, string name, Root root) =>
    {
        switch (name)
        {
            case "path": root.Path = Text(ref json) ?? string.Empty; break;
            case "readonly": root.Readonly = Truth(ref json); break;
            default: return false;
        }

        return true;
    });

    private static Mount? ReadMount(ref Utf8JsonReader json) => Object(ref json, new Mount(), static (ref Utf8JsonReader json, string name, Mount mount) =>
    {
        switch (name)
        {
            case "destination": mount.Destination = Text(ref json) ?? string.Empty; break;
            case "type": mount.Type = Text(ref json); break;
            case "source": mount.Source = Text(ref json); break;
            case "options": mount.Options = List(ref json, ReadText); break;
            case "uidMappings": mount.UidMappings = List(ref json, ReadIdMapping); break;
            case "gidMappings": mount.GidMappings = List(ref json, ReadIdMapping); break;
            default: return false;
        }

        return true;
    });

    private static IdMapping? ReadIdMapping(ref Utf8JsonReader json) => Object(ref json, new IdMapping(), static (ref Utf8JsonReader json, string name, IdMapping idMapping) =>
    {
        switch (name)
        {
            case "containerID": idMapping.ContainerID = Required(UInt32(ref json)); break;
            case "hostID": idMapping.HostID = Required(UInt32(ref json)); break;
            case "size": idMapping.Size = Required(UInt32(ref json)); break;
            default: return false;
        }

        return true;
    });

    private static Hooks? ReadHooks(ref Utf8JsonReader json) => Object(ref json, new Hooks(), static (ref Utf8JsonReader json, string name, Hooks hooks) =>
    {
        switch (name)
        {
            case "prestart": hooks.Prestart = List(ref json, ReadHook); break;
            case "createRuntime": hooks.CreateRuntime = List(ref json, ReadHook); break;
            case "createContainer": hooks.CreateContainer = List(ref json, ReadHook); break;
            case "startContainer": hooks.StartContainer = List(ref json, ReadHook); break;
            case "poststart": hooks.Poststart = List(ref json, ReadHook); break;
            case "poststop": hooks.Poststop = List(ref json, ReadHook); break;
            default: return false;
        }

        return true;
    });

    private static Hook? ReadHook(ref Utf8JsonReader json) => Object(ref json, new Hook(), static (ref Utf8JsonReader json, string name, Hook hook) =>
    {
        switch (name)
        {
            case "path": hook.Path = Text(ref json) ?? string.Empty; break;
            case "args": hook.Args = List(ref json, ReadText); break;
            case "env": hook.Env = List(ref json, ReadText); break;
            case "timeout": hook.Timeout = Int32(ref json); break;
            default: return false;
        }

        return true;
    });
}
