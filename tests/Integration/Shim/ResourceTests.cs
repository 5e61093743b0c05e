using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;
using Metrics1 = Wharf.ContainerdApi.Cgroups.V1.Metrics;
using Metrics2 = Wharf.ContainerdApi.Cgroups.V2.Metrics;

namespace Wharf.Integration.Shim;

/// <summary>Limits, what a container uses, and what happens when memory runs out.</summary>
public sealed class ResourceTests
{
    [Fact]
    public async Task Metrics_have_the_type_of_the_hosts_cgroups_and_follow_an_update()
    {
        await using var shim = new ShimPod("sleep", "1000");
        await shim.StartAsync();
        await shim.CreateAsync();
        await shim.CallAsync("Start");

        // Longer than any buffer on the way.
        string resources = """{"memory":{"limit":33554432},"pids":{"limit":77}""" + new string(' ', 3 << 20) + "}";
        await shim.CallAsync("Update", new UpdateTaskRequest
        {
            Id = shim.Id,
            Resources = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources", Value = ByteString.CopyFromUtf8(resources) },
        });
        Any stats = (await shim.CallAsync("Stats", new ProcessRequest { Id = shim.Id }, StatsResponse.Parser)).Stats;

        if (HostCgroups.Below($"/{shim.Namespace}/{shim.Id}").Any(folder => File.Exists(Path.Combine(folder, "memory.limit_in_bytes"))))
        {
            Assert.Equal("io.containerd.cgroups.v1.Metrics", stats.TypeUrl);
            Metrics1 metrics = Metrics1.Parser.ParseFrom(stats.Value);
            Assert.Equal((33554432ul, 77ul, 1ul), (metrics.Memory.Usage.Limit, metrics.Pids.Limit, metrics.Pids.Current));
            Assert.True(metrics.Memory.Usage.Usage > 0 && metrics.Cpu.Usage.Total > 0);
        }
        else
        {
            Assert.Equal("io.containerd.cgroups.v2.Metrics", stats.TypeUrl);
            Metrics2 metrics = Metrics2.Parser.ParseFrom(stats.Value);
            Assert.Equal((33554432ul, 77ul, 1ul), (metrics.Memory.UsageLimit, metrics.Pids.Limit, metrics.Pids.Current));
            Assert.True(metrics.Memory.Usage > 0 && metrics.Cpu.UsageUsec > 0);
        }
    }

    [Fact]
    public async Task A_kill_for_want_of_memory_is_told_before_the_exit()
    {
        await using var shim = new ShimPod("sh", "-c", "a=x; while :; do a=$a$a; done");
        shim.Change(shim.Id, spec => spec["linux"]!["resources"]!["memory"] = new System.Text.Json.Nodes.JsonObject { ["limit"] = 16 << 20, ["swap"] = 16 << 20 });
        await shim.StartAsync();
        await shim.CreateAsync();
        await shim.CallAsync("Start");

        Assert.Equal(137, await shim.WaitAsync());
        await shim.CallAsync("Delete");

        ShimPod.Until(() => shim.Sink.Topics.Contains("delete"), "no delete");
        Assert.Equal(["create", "start", "oom", "exit", "delete"], shim.Sink.Topics);
    }

    [Fact]
    public async Task The_shim_is_where_its_options_put_it_and_goes_after_its_parent()
    {
        await using var shim = new ShimPod("true");
        string[] hierarchies = [.. HostMounts.All().Where(line => line.Contains(" - cgroup", StringComparison.Ordinal)).Select(line => line.Split(' ')[4])];
        string cgroup = $"/{shim.Namespace}/shim";
        foreach (string hierarchy in hierarchies.Where(root => root.EndsWith("/pids", StringComparison.Ordinal) || hierarchies.Length == 1))
        {
            Directory.CreateDirectory(hierarchy + cgroup);
        }

        // Options alone on stdin: containerd before 2.3.
        byte[] options = new ContainerdApi.RuncOptions.Options { BinaryName = Programs.Runc, ShimCgroup = cgroup }.ToByteArray();
        byte[] any = new Any { TypeUrl = "containerd.runc.v1.Options", Value = ByteString.CopyFrom(options) }.ToByteArray();
        File.WriteAllBytes(shim["options"], any);
        Command start = Command.Run("/bin/sh", ["-c", "exec \"$0\" \"$@\" < " + shim["options"], Programs.Shim, "-namespace", shim.Namespace, "-address", shim.Address, "-id", shim.Id, "start"], workingDirectory: shim.Bundle(shim.Id));
        await shim.ConnectAsync(start.Succeeds().Output.Trim()["unix://".Length..]);

        Assert.Contains(File.ReadLines($"/proc/{shim.Process}/cgroup"), line => line.EndsWith(":" + cgroup, StringComparison.Ordinal));
        int own = int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Math.Min(own + 1, 1000), int.Parse(File.ReadAllText($"/proc/{shim.Process}/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture));
        shim.Kill();
    }
}
