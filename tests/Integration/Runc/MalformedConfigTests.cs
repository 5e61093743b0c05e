using System.Text.Json.Nodes;
using Wharf.Harness;
using Wharf.Libcontainer.Tests.Validation;

namespace Wharf.Integration.Runc;

/// <summary>A config.json with a mistake: an error that names it, exit code 1, and nothing left behind.</summary>
public sealed class MalformedConfigTests : IDisposable
{
    private const int Documents = 300;
    private const int First = 7_000_000;
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Config => Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "config.json");

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Hundreds_of_documents_with_one_mistake_are_refused_by_its_place()
    {
        for (int seed = First; seed < First + Documents; seed++)
        {
            MalformedDocument document = MalformedDocument.Of(new Random(seed));
            File.WriteAllBytes(Config, document.Bytes);

            Command run = bundle.Runc(seed % 2 == 0 ? "run" : "create", id);

            Assert.True(run.ExitCode == 1, $"seed {seed}: exit code {run.ExitCode}: {run.Error}");
            Assert.True(run.Error.Contains($"\"{document.Place}", StringComparison.Ordinal) || document.Place == "root", $"seed {seed}: {document.Place}: {document.Mistake}: {run.Error}");
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        }

        Assert.Empty(Leftovers.Of(bundle, id));
    }

    public static TheoryData<string, string, string> RefusedByTheKernel => new()
    {
        { "root.path", "\"bin\"", "rootfs" },
        { "process.args", "[\"nothing\"]", "exec: \"nothing\": executable file not found in $PATH" },
        { "process.args", "[\"/etc\"]", "exec: \"/etc\"" },
        { "process.cwd", "\"/bin/busybox\"", "chdir to cwd (\"/bin/busybox\")" },
        { "process.rlimits", """[{"type":"RLIMIT_NOFILE","soft":18446744073709551615,"hard":18446744073709551615}]""", "RLIMIT_NOFILE" },
        { "process.apparmorProfile", "\"nothing\"", "apparmor" },
        { "process.scheduler", """{"policy":"SCHED_DEADLINE","runtime":5,"deadline":3,"period":1}""", "scheduler" },
        { "hostname", "\"" + "0123456789012345678901234567890123456789012345678901234567890123456789" + "\"", "sethostname" },
        { "mounts[1]", """{"destination":"/x","type":"nothing","source":"none"}""", "nothing" },
        { "mounts[1]", """{"destination":"/x","type":"tmpfs","source":"none","options":["nothing=1"]}""", "nothing=1" },
        { "mounts[1]", """{"destination":"/x","type":"tmpfs","source":"none","options":["size=-7q"]}""", "size=-7q" },
        { "mounts[1]", """{"destination":"/x","type":"bind","source":"/nothing/here","options":["bind"]}""", "/nothing/here" },
        { "mounts[1]", """{"destination":"/bin/busybox/x","type":"bind","source":"/tmp","options":["bind"]}""", "/bin/busybox/x" },
        { "mounts[1]", """{"destination":"/a/..","type":"tmpfs","source":"none"}""", "/a/.." },
        { "linux.namespaces[0].path", "\"/nothing/here\"", "/nothing/here" },
        { "linux.namespaces[0].path", "\"/bin/sh\"", "/bin/sh" },
        { "linux.namespaces[0].path", "\"/proc/self/ns/net\"", "/proc/self/ns/net" },
        { "linux.sysctl", """{"net.nothing":"1"}""", "net.nothing" },
        { "linux.netDevices", """{"nothing0":{}}""", "nothing0" },
        { "process.selinuxLabel", "\"system_u:system_r:container_t:s0\"", "unable to set selinux exec label" },
        { "linux.intelRdt", """{"closID":"group","schemata":["L3:0=f"]}""", "intelRdt" },
        { "linux.memoryPolicy", """{"mode":"MPOL_BIND","nodes":"900"}""", "memory policy" },
        { "linux.resources.memory", """{"limit":9223372036854775807,"swappiness":7,"swap":1}""", "memory" },
        { "linux.resources.cpu", """{"quota":1}""", "\"1\"" },
        { "linux.resources.cpu", """{"cpus":"4000"}""", "\"4000\"" },
        { "linux.resources.hugepageLimits", """[{"pageSize":"3MB","limit":1}]""", "3MB" },
        { "linux.seccomp", """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}],"listenerPath":"/nothing/here"}""", "/nothing/here" },
        { "hooks", """{"createRuntime":[{"path":"/nothing/here"}]}""", "createRuntime hook #0" },
        { "hooks", """{"createContainer":[{"path":"/bin/false"}]}""", "createContainer hook #0" },
        { "hooks", """{"poststart":[{"path":"/bin/false"}]}""", "poststart hook #0" },
    };

    [Theory]
    [MemberData(nameof(RefusedByTheKernel))]
    public void What_only_the_kernel_knows_to_be_wrong_leaves_nothing_either(string place, string value, string words)
    {
        bundle.Arguments("true");
        bundle.Change(spec => KnownMistakes.Set(spec, place, JsonNode.Parse(value)));

        Command run = bundle.Runc("run", id);

        Assert.True(run.ExitCode == 1, $"exit code {run.ExitCode}: {run.Error}");
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(Leftovers.Of(bundle, id));
    }
}
