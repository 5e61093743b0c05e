using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.Harness;
using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>How containerds of several ages start a shim and ask it what it is.</summary>
public sealed class BootstrapTests
{
    [Fact]
    public async Task An_address_alone_for_containerd_before_1_7()
    {
        await using var shim = new ShimPod("true");

        string answer = shim.Shim(shim.Id, ["start"]).Succeeds().Output;

        Assert.StartsWith("unix:///run/containerd/s/", answer, StringComparison.Ordinal);
        Assert.Equal(answer.Trim(), File.ReadAllText(Path.Combine(shim.Bundle(shim.Id), "address")));
        await shim.ConnectAsync(answer.Trim()["unix://".Length..]);
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("3", 3)]
    [InlineData("9", 3)]
    public async Task A_document_with_the_newest_version_that_both_have(string most, int version)
    {
        await using var shim = new ShimPod("true");

        string answer = shim.Shim(shim.Id, ["start"], new Dictionary<string, string?> { ["GRPC_ADDRESS"] = shim.Address, ["MAX_SHIM_VERSION"] = most }).Succeeds().Output;

        JsonElement document = JsonDocument.Parse(answer).RootElement;
        Assert.Equal((version, "ttrpc"), (document.GetProperty("version").GetInt32(), document.GetProperty("protocol").GetString()));
        await shim.ConnectAsync(document.GetProperty("address").GetString()!["unix://".Length..]);
    }

    [Fact]
    public async Task Parameters_on_stdin_since_containerd_2_3()
    {
        await using var shim = new ShimPod("true");
        byte[] options = new Any { TypeUrl = "types.containerd.io/containerd.runc.v1.Options", Value = new Options { BinaryName = Programs.Runc }.ToByteString() }.ToByteArray();
        byte[] parameters = new ProtoWriter()
            .Text(1, shim.Id)
            .Text(2, shim.Namespace)
            .Text(5, shim.Address + ".ttrpc")
            .Text(6, shim.Address)
            .Message(8, new ProtoWriter().Message(1, options))
            .Text(9, shim["sockets"])
            .ToArray();
        File.WriteAllBytes(shim["parameters"], parameters);

        Command.Run("/bin/sh", ["-c", $"exec \"$0\" \"$@\" < {shim["parameters"]} > {shim["answer"]}", Programs.Shim, "-namespace", shim.Namespace, "-id", shim.Id, "start"], workingDirectory: shim.Bundle(shim.Id)).Succeeds();

        var reader = new ProtoReader(File.ReadAllBytes(shim["answer"]));
        Assert.True(reader.Next());
        Assert.Equal((1, 3), (reader.Field, (int)reader.Number));
        Assert.True(reader.Next());
        string address = reader.Text;
        Assert.StartsWith($"unix://{shim["sockets"]}/", address, StringComparison.Ordinal);
        Assert.True(reader.Next());
        Assert.Equal("ttrpc", reader.Text);
        await shim.ConnectAsync(address["unix://".Length..]);
        await shim.CreateAsync();
        ShimPod.Until(() => shim.Sink.Topics.Contains("create"), "no event");
    }

    [Fact]
    public async Task A_second_shim_of_one_container_is_refused_and_the_socket_of_a_dead_one_is_taken_over()
    {
        await using var shim = new ShimPod("true");
        await shim.StartAsync();
        string first = shim.Socket;

        Command second = shim.Shim(shim.Id, ["start"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("a shim already listens", second.Error, StringComparison.Ordinal);
        shim.Kill();
        await shim.StartAsync();

        Assert.Equal(first, shim.Socket);
    }

    /// <summary>containerd's sched_core. A kernel without it refuses, and is not passed over.</summary>
    [Fact]
    public async Task Cores_are_shared_with_nobody_where_the_kernel_can_and_the_start_fails_elsewhere()
    {
        await using var shim = new ShimPod("true");

        Command start = shim.Shim(shim.Id, ["start"], new Dictionary<string, string?> { ["SCHED_CORE"] = "1" });

        if (start.ExitCode == 0)
        {
            await shim.ConnectAsync(start.Output.Trim()["unix://".Length..]);
        }
        else
        {
            Assert.Contains("enable sched core support: prctl \"PR_SCHED_CORE\": invalid argument", start.Error, StringComparison.Ordinal);
            Assert.False(File.Exists(Path.Combine(shim.Bundle(shim.Id), "address")));
        }
    }

    [Fact]
    public async Task Version_information_and_mistakes()
    {
        await using var shim = new ShimPod("true");
        byte[] options = new Any { TypeUrl = "containerd.runc.v1.Options", Value = new Options { BinaryName = Programs.Runc }.ToByteString() }.ToByteArray();
        File.WriteAllBytes(shim["options"], options);

        Assert.Contains("Version:", Command.Run(Programs.Shim, "-v").Succeeds().Output, StringComparison.Ordinal);
        Command.Run("/bin/sh", "-c", $"{Programs.Shim} -info < {shim["options"]} > {shim["info"]}").Succeeds();
        var reader = new ProtoReader(File.ReadAllBytes(shim["info"]));
        var fields = new Dictionary<int, byte[]>();
        while (reader.Next())
        {
            fields[reader.Field] = reader.Bytes.ToArray();
        }

        Assert.Equal("io.containerd.wharf.v2", System.Text.Encoding.UTF8.GetString(fields[1]));
        Assert.Equal(options, fields[3]);
        Any features = Any.Parser.ParseFrom(fields[4]);
        Assert.Equal("types.containerd.io/opencontainers/runtime-spec/1/features/Features", features.TypeUrl);
        Assert.True(JsonDocument.Parse(features.Value.ToByteArray()).RootElement.TryGetProperty("ociVersionMax", out _));
        Assert.Contains("flag provided but not defined: -nothing", Command.Run(Programs.Shim, "-nothing").Error, StringComparison.Ordinal);
        Assert.Contains("namespace cannot be empty", Command.Run(Programs.Shim, ["-id", "x", "start"], environment: new Dictionary<string, string?> { ["NAMESPACE"] = null }).Error, StringComparison.Ordinal);
    }
}
