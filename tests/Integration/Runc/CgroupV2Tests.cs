using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>A host with cgroup v2 alone: device programs in the kernel, the freezer, statistics.</summary>
public sealed class CgroupV2Tests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Runc => $"{Programs.Runc} --root {bundle.StateRoot}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose()
    {
        PureCgroup.Run($"{Runc} delete --force {id}");
        bundle.Dispose();
    }

    [Fact]
    public void The_kernel_takes_the_program_and_denies_what_the_rules_do_not_allow()
    {
        bundle.Change(spec =>
        {
            // CAP_MKNOD makes nodes; the program decides who opens them.
            foreach (string set in new[] { "bounding", "effective", "permitted" })
            {
                spec["process"]!["capabilities"]![set]!.AsArray().Add("CAP_MKNOD");
            }

            spec["linux"]!["resources"]!["devices"]!.AsArray().Add(JsonNode.Parse("""{"allow":true,"type":"c","major":1,"minor":11,"access":"w"}"""));
        });
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "bin", "mknod"), "busybox");
        bundle.Arguments("sh", "-c", """
            mknod /dev/kmsg c 1 11; mknod /dev/mem c 1 1
            for device in null zero mem; do dd if=/dev/$device of=/dev/null bs=1 count=1 2>/dev/null && echo $device; done
            dd if=/dev/kmsg of=/dev/null count=0 2>/dev/null && echo read
            dd if=/dev/null of=/dev/kmsg count=0 conv=notrunc 2>/dev/null && echo write
            true
            """);

        Assert.Equal("null\nzero\nwrite\n", Script($"{Runc} run --bundle {Folder} {id}").Succeeds().Output);
    }

    [Fact]
    public void Rules_that_the_verifier_could_refuse_are_taken()
    {
        JsonArray rules =
        [
            .. new[] { "rwm", "r", "w", "m", "rw", "rm" }.SelectMany(access => new[] { true, false }.SelectMany(allow => new[] { "a", "b", "c" }.SelectMany(type => new[] { -1L, 10, uint.MaxValue }.Select(major =>
                (JsonNode)new JsonObject { ["allow"] = allow, ["type"] = type, ["major"] = major, ["access"] = access })))),
        ];
        bundle.Change(spec => spec["linux"]!["resources"]!["devices"] = rules);
        bundle.Arguments("true");
        Script($"{Runc} run --bundle {Folder} {id}").Succeeds();

        bundle.Change(spec => spec["linux"]!["resources"]!["devices"] = JsonNode.Parse("""[{"allow":true,"access":"rwm"}]"""));
        Script($"{Runc} run --bundle {Folder} {id}").Succeeds();
    }

    [Fact]
    public void A_container_is_paused_resumed_listed_and_deleted()
    {
        bundle.Arguments("sleep", "1000");

        Command all = Script($"""
            {Runc} run --detach --bundle {Folder} {id} </dev/null >/dev/null 2>&1 || exit 1
            {Runc} pause {id} && {Runc} state {id} | grep status && cat /sys/fs/cgroup/{id}/cgroup.freeze && {Runc} resume {id} && {Runc} state {id} | grep status
            {Runc} ps --format json {id} | grep -c ,
            {Runc} events --stats {id} | grep -c '"type":"stats"'
            {Runc} exec {id} cat /proc/self/cgroup | grep -c '^0::/$'
            {Runc} delete --force {id} && ls -d /sys/fs/cgroup/{id} 2>/dev/null
            true
            """).Succeeds();

        Assert.Equal(["\"status\": \"paused\",", "1", "\"status\": \"running\",", "0", "1", "1"], all.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Theory]
    [InlineData("""{"cgroup.max.descendants":"7"}""", "/sys/fs/cgroup/ID/cgroup.max.descendants", "7")]
    [InlineData("""{"cgroup.max.depth":"3"}""", "/sys/fs/cgroup/ID/cgroup.max.depth", "3")]
    public void A_unified_resource_is_written_as_it_is(string unified, string file, string value)
    {
        bundle.Change(spec => spec["linux"]!["resources"]!["unified"] = JsonNode.Parse(unified));
        bundle.Arguments("sleep", "1000");

        Assert.Equal(value, Script($"{Runc} run --detach --bundle {Folder} {id} </dev/null >/dev/null 2>&1 && cat {file.Replace("ID", id, StringComparison.Ordinal)}").Succeeds().Output.Trim());
    }

    [Theory]
    [InlineData("""{"nonsense.max":"7"}""", "controller \\\"nonsense\\\" not available")]
    [InlineData("""{"../cgroup.max.depth":"3"}""", "must be a file name (no slashes)")]
    [InlineData("""{"cgroup.max.depth":"deep"}""", "unable to set unified resource")]
    public void A_unified_resource_that_cannot_be_is_an_error_that_names_it(string unified, string words)
    {
        bundle.Change(spec => spec["linux"]!["resources"]!["unified"] = JsonNode.Parse(unified));
        bundle.Arguments("true");

        Command run = Script($"{Runc} run --bundle {Folder} {id}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(words.Replace("\\\"", "\"", StringComparison.Ordinal), run.Error.Replace("\\\"", "\"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Command Script(string script)
    {
        Command command = PureCgroup.Run(script);
        Assert.SkipWhen(command.ExitCode == 99, "cgroup2 cannot be mounted here");
        return command;
    }
}
