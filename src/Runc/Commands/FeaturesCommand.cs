using System.Buffers;
using System.Text.Json;
using Wharf.Libcontainer;
using Wharf.Linux;
using Wharf.Runc.CommandLine;

namespace Wharf.Runc.Commands;

/// <summary>The features document of runtime-spec: what this build does, no more.</summary>
internal static class FeaturesCommand
{
    private static readonly string[] MountOptions =
    [
        "async", "atime", "bind", "defaults", "dev", "diratime", "exec", "noatime", "nodev", "nodiratime", "noexec", "nostrictatime",
        "nosuid", "nosymfollow", "private", "ratime", "rbind", "rdev", "rdiratime", "relatime", "rexec", "rnoatime", "rnodev", "rnodiratime",
        "rnoexec", "rnosuid", "ro", "rprivate", "rro", "rrw", "rshared", "rslave", "rsuid", "runbindable", "rw", "shared", "slave",
        "strictatime", "suid", "symfollow", "unbindable",
    ];

    internal static int Run(GlobalOptions options, Arguments arguments)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin", "1.0.0");
            json.WriteString("ociVersionMax", Container.SpecVersion);
            List(json, "hooks", ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]);
            List(json, "mountOptions", MountOptions);
            json.WriteStartObject("linux");
            List(json, "namespaces", ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"]);
            List(json, "capabilities", CapabilityNames.All);
            json.WriteStartObject("cgroup");
            json.WriteBoolean("v1", true);
            json.WriteBoolean("v2", true);
            json.WriteBoolean("systemd", false);
            json.WriteBoolean("systemdUser", false);
            json.WriteBoolean("rdma", false);
            json.WriteEndObject();
            json.WriteStartObject("seccomp");
            json.WriteBoolean("enabled", true);
            List(json, "actions", ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"]);
            List(json, "operators", ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"]);
            List(json, "archs", ["SCMP_ARCH_AARCH64", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"]);
            json.WriteEndObject();
            Enabled(json, "apparmor", true);
            Enabled(json, "selinux", true);
            json.WriteEndObject();
            json.WriteStartObject("annotations");
            json.WriteString("org.opencontainers.runc.version", VersionText.Version);
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
