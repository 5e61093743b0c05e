using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.EndToEnd.Volumes;

/// <summary>Volumes that another program keeps: here in folders of the test's own.</summary>
public sealed class VolumePluginTests : IClassFixture<EngineFixture>, IDisposable
{
    private readonly Engine engine;
    private readonly TemporaryDirectory folder = new();
    private readonly HashSet<string> users = [];
    private readonly ScriptedPlugin plugin;
    private readonly string name = $"v{Guid.NewGuid():N}";

    public VolumePluginTests(EngineFixture fixture)
    {
        engine = fixture.Engine;
        plugin = new ScriptedPlugin(string.Create(CultureInfo.InvariantCulture, $"wharfvol{Environment.ProcessId}"), Answer);
    }

    public void Dispose()
    {
        engine.Docker("rm", "-f", "-v", name);
        engine.Docker("volume", "rm", "-f", name);
        plugin.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_volume_of_a_plugin_is_mounted_while_a_container_runs()
    {
        engine.Docker("volume", "create", "-d", plugin.Name, "-o", "size=1", "--label", "a=b", name).Succeeds();
        engine.Docker("run", "-d", "--name", name, "-v", name + ":/etc", "busybox:latest", "sh", "-c", "echo kept >/etc/own; exec sleep 1000").Succeeds();

        Assert.Single(users);
        Assert.Contains("root", File.ReadAllText(folder[name + "/passwd"]), StringComparison.Ordinal);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(folder[name + "/own"]), TimeSpan.FromSeconds(10)), "what the container writes is not in the plugin's volume");
        Assert.Equal($"{plugin.Name} {folder[name]}", engine.Docker("volume", "inspect", "--format", "{{.Driver}} {{.Mountpoint}}", name).Succeeds().Output.Trim());
        Assert.Contains("volume is in use", engine.Docker("volume", "rm", name).Error, StringComparison.Ordinal);

        engine.Docker("kill", name).Succeeds();
        engine.Docker("wait", name).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => users.Count == 0, TimeSpan.FromSeconds(10)), "the plugin hears of no end");
        engine.Docker("cp", name + ":/etc/own", folder["copied"]).Succeeds();
        Assert.Equal("kept\n", File.ReadAllText(folder["copied"]));
        Assert.Empty(users);
        engine.Docker("rm", name).Succeeds();
        engine.Docker("volume", "rm", name).Succeeds();
        Assert.Contains("VolumeDriver.Remove", plugin.Called);
    }

    [Fact]
    public void What_a_plugin_refuses_and_a_plugin_that_is_not_there_are_told()
    {
        Assert.Contains($"create refused: VolumeDriver.Create: not this one", engine.Docker("volume", "create", "-d", plugin.Name, "refused").Error, StringComparison.Ordinal);
        Assert.Contains("plugin \"no-such-driver\" not found", engine.Docker("run", "--rm", "--volume-driver", "no-such-driver", "-v", name + ":/x", "busybox:latest").Error, StringComparison.Ordinal);
        Assert.NotEqual(0, engine.Docker("volume", "inspect", "refused").ExitCode);
    }

    private string Answer(string method, JsonElement request)
    {
        string volume = request.TryGetProperty("Name", out JsonElement given) ? given.GetString()! : "";
        switch (method)
        {
            case "Plugin.Activate":
                return "{\"Implements\":[\"VolumeDriver\"]}";
            case "VolumeDriver.Create" when volume == "refused":
                return "{\"Err\":\"not this one\"}";
            case "VolumeDriver.Create":
                Directory.CreateDirectory(folder[volume]);
                return "{}";
            case "VolumeDriver.Mount":
                users.Add(request.GetProperty("ID").GetString()!);
                return $$"""{"Mountpoint":"{{folder[volume]}}"}""";
            case "VolumeDriver.Unmount":
                users.Remove(request.GetProperty("ID").GetString()!);
                return "{}";
            default:
                return "{}";
        }
    }
}
