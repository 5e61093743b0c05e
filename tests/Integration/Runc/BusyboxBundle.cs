using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>A bundle with Debian's busybox, and a state root of its own; what is left of its containers is deleted with it.</summary>
internal sealed class BusyboxBundle : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    internal BusyboxBundle()
    {
        Directory.CreateDirectory(Path.Combine(Rootfs, "bin"));
        File.Copy("/bin/busybox", Path.Combine(Rootfs, "bin", "busybox"));
        foreach (string applet in new[] { "sh", "true", "cat", "id", "sleep", "ls", "stty", "grep", "echo", "cut", "tr", "test", "mount", "readlink", "wc", "dd", "stat", "touch", "date", "head" })
        {
            File.CreateSymbolicLink(Path.Combine(Rootfs, "bin", applet), "busybox");
        }

        Command.Run(Programs.Runc, ["spec"], workingDirectory: directory.Path).Succeeds();
        Change(spec =>
        {
            spec["process"]!["terminal"] = false;
            AddCgroupNamespace(spec);
        });
    }

    internal string Rootfs => directory["rootfs"];

    internal string StateRoot => directory["state"];

    internal string Log => directory["log.json"];

    /// <summary>Changes config.json.</summary>
    internal void Change(Action<JsonNode> change)
    {
        JsonNode spec = JsonNode.Parse(File.ReadAllText(directory["config.json"]))!;
        change(spec);
        File.WriteAllText(directory["config.json"], spec.ToJsonString());
    }

    /// <summary>A document to begin with has one only where cgroup v2 is all there is.</summary>
    internal static void AddCgroupNamespace(JsonNode spec)
    {
        JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
        if (namespaces.All(one => (string?)one!["type"] != "cgroup"))
        {
            namespaces.Add(new JsonObject { ["type"] = "cgroup" });
        }
    }

    internal void Arguments(params string[] arguments) =>
        Change(spec => spec["process"]!["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]));

    internal Command Runc(params string[] arguments) =>
        Command.Run(Programs.Runc, ["--root", StateRoot, "--log", Log, "--log-format", "json", .. arguments], workingDirectory: directory.Path);

    public void Dispose()
    {
        if (Directory.Exists(StateRoot))
        {
            foreach (string id in Directory.GetDirectories(StateRoot).Select(path => Path.GetFileName(path)))
            {
                Runc("delete", "--force", id);
            }
        }

        directory.Dispose();
    }
}
