using System.Buffers;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>The features document of runtime-spec: what this build does, no more.</summary>
internal static class FeaturesCommand
{
    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        arguments.Expect("features", 0, 0);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin", "1.0.0");
            json.WriteString("ociVersionMax", Container.SpecVersion);
            List(json, "hooks", RuntimeFeatures.Hooks);
            List(json, "mountOptions", RuntimeFeatures.MountOptions);
            json.WriteStartObject("linux");
            List(json, "namespaces", RuntimeFeatures.Namespaces);
            List(json, "capabilities", CapabilityNames.All);
            json.WriteStartObject("cgroup");
            json.WriteBoolean("v1", true);
            json.WriteBoolean("v2", true);
            json.WriteBoolean("systemd", true);
            json.WriteBoolean("systemdUser", false);
            json.WriteBoolean("rdma", true);
            json.WriteEndObject();
            json.WriteStartObject("seccomp");
            json.WriteBoolean("enabled", true);
            List(json, "actions", RuntimeFeatures.SeccompActions);
            List(json, "operators", RuntimeFeatures.SeccompOperators);
            List(json, "archs", RuntimeFeatures.SeccompArchitectures);
            List(json, "knownFlags", RuntimeFeatures.SeccompFlags);
            List(json, "supportedFlags", RuntimeFeatures.SeccompFlags);
            json.WriteEndObject();
            Enabled(json, "apparmor", true);
            Enabled(json, "selinux", true);
            Enabled(json, "intelRdt", true);
            json.WriteStartObject("memoryPolicy");
            List(json, "modes", RuntimeFeatures.MemoryPolicyModes);
            List(json, "flags", RuntimeFeatures.MemoryPolicyFlags);
            json.WriteEndObject();
            json.WriteStartObject("mountExtensions");
            Enabled(json, "idmap", true);
            json.WriteEndObject();
            Enabled(json, "netDevices", true);
            json.WriteEndObject();
            json.WriteStartObject("annotations");
            json.WriteString("org.opencontainers.runc.version", VersionText.Version);
            json.WriteString("org.opencontainers.runc.checkpoint.enabled", "true");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Streams.Output(buffer.WrittenSpan);
        Streams.Output("\n");
        return 0;
    }

    private static void Enabled(Utf8JsonWriter json, string name, bool enabled)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("enabled", enabled);
        json.WriteEndObject();
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
