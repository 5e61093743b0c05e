using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Descriptors that the caller of the runtime has left open reach no program of a container, and no hook, unless it is asked for.</summary>
public sealed class DescriptorTests : IDisposable
{
    // In a shell: three that stay open over an exec, one of a folder, as a caller may have them.
    private const string Open = "exec 5</etc/hostname 9</ 77<>/dev/null;";

    // The last number is the listing's own.
    private const string Listing = "0\n1\n2\n3\n";
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    private string Runc => $"{Programs.Runc} --root {bundle.StateRoot}";

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void A_run_has_none_above_its_streams()
    {
        bundle.Arguments("ls", "/proc/self/fd");

        Assert.Equal(Listing, Shell($"{Open} exec {Runc} run --bundle {Folder} {id}").Succeeds().Output);
    }

    [Fact]
    public void An_exec_has_none_above_its_streams()
    {
        using var container = new RunningContainer();

        Assert.Equal(Listing, Shell($"{Open} exec {Programs.Runc} --root {container.Bundle.StateRoot} exec {container.Id} ls /proc/self/fd").Succeeds().Output);
    }

    [Fact]
    public void Those_that_are_asked_for_come_and_no_more()
    {
        bundle.Arguments("ls", "/proc/self/fd");

        Assert.Equal("0\n1\n2\n3\n4\n5\n", Shell($"exec 3</etc/hostname 4</; {Open} exec {Runc} run --preserve-fds 2 --bundle {Folder} {id}").Succeeds().Output);
        Assert.Equal("0\n1\n2\n3\n4\n", Shell($"exec 3</etc/hostname 4</; {Open} LISTEN_FDS=1 LISTEN_PID=$$ exec {Runc} run --bundle {Folder} {id}").Succeeds().Output);
    }

    [Fact]
    public void Hooks_have_none_above_their_streams()
    {
        string[] kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];
        bundle.Change(spec =>
        {
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = Folder, ["type"] = "bind", ["source"] = Folder, ["options"] = new JsonArray("bind") });
            spec["hooks"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create(kind, (JsonNode?)new JsonArray(new JsonObject
            {
                ["path"] = "/bin/sh",
                ["args"] = new JsonArray("sh", "-c", $"exec ls /proc/self/fd >{Folder}/{kind}"),
                ["env"] = new JsonArray("PATH=/usr/bin:/bin"),
            }))));
        });
        bundle.Arguments("true");

        Shell($"{Open} exec {Runc} run --preserve-fds 0 --bundle {Folder} {id}").Succeeds();

        Assert.All(kinds, kind => Assert.Equal(Listing, File.ReadAllText(Path.Combine(Folder, kind))));
    }

    private static Command Shell(string script) => Command.Run("/bin/bash", "-c", script);
}
