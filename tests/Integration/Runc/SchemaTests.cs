using System.Text.Json;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>What the runtime writes fits the schemas of runtime-spec.</summary>
public sealed class SchemaTests : IDisposable
{
    private static readonly string[] Kinds = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("--rootless")]
    public void A_new_spec(string flag)
    {
        using var folder = new TemporaryDirectory();
        Command.Run(Programs.Runc, ["spec", "--bundle", folder.Path, .. flag.Length > 0 ? new[] { flag } : []]).Succeeds();

        AssertFits("config", File.ReadAllText(folder["config.json"]));
    }

    [Fact]
    public void The_features() => AssertFits("features", bundle.Runc("features").Succeeds().Output);

    [Fact]
    public void The_state_from_created_to_stopped()
    {
        bundle.Arguments("sleep", "1000");
        bundle.Change(spec => spec["annotations"] = new JsonObject { ["key"] = "value \"quoted\"" });
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();
        AssertState("created");
        bundle.Runc("start", id).Succeeds();
        AssertState("running");
        bundle.Runc("kill", id, "KILL").Succeeds();
        for (int attempt = 0; attempt < 1500 && !bundle.Runc("state", id).Succeeds().Output.Contains("stopped", StringComparison.Ordinal); attempt++)
        {
            Thread.Sleep(20);
        }

        AssertState("stopped");
    }

    [Fact]
    public void The_state_that_each_kind_of_hook_reads()
    {
        Directory.CreateDirectory(Path.Combine(bundle.Rootfs, "log"));
        bundle.Change(spec =>
        {
            // The one kind that runs in the container's own root finds the same folder there.
            spec["mounts"]!.AsArray().Add(new JsonObject { ["destination"] = Folder, ["type"] = "bind", ["source"] = Folder, ["options"] = new JsonArray("bind") });
            spec["annotations"] = new JsonObject { ["key"] = "value" };
            spec["hooks"] = new JsonObject(Kinds.Select(kind => KeyValuePair.Create(kind, (JsonNode?)new JsonArray(new JsonObject
            {
                ["path"] = "/bin/sh",
                ["args"] = new JsonArray("sh", "-c", $"cat >{Folder}/{kind}"),
                ["env"] = new JsonArray("PATH=/usr/bin:/bin"),
            }))));
        });
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        foreach (string kind in Kinds)
        {
            string text = File.ReadAllText(Path.Combine(Folder, kind));
            AssertFits("state", text);
            JsonElement state = JsonDocument.Parse(text).RootElement;
            Assert.Equal((id, "value"), (state.GetProperty("id").GetString(), state.GetProperty("annotations").GetProperty("key").GetString()));
        }
    }

    private void AssertState(string status)
    {
        string text = bundle.Runc("state", id).Succeeds().Output;
        Assert.Equal(status, JsonDocument.Parse(text).RootElement.GetProperty("status").GetString());
        AssertFits("state", text);
    }

    private static void AssertFits(string name, string text)
    {
        JsonSchema? schema = RuntimeSchemas.Find(name);
        Assert.SkipWhen(schema is null, $"no {name}-schema.json of runtime-spec");
        Assert.Empty(schema!.Faults(JsonDocument.Parse(text).RootElement));
    }
}
