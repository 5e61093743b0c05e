using System.Text.Json.Nodes;

namespace Wharf.Bench;

/// <summary>A bundle with busybox and docker's default config.json.</summary>
internal sealed class RuntimeBundle
{
    private readonly JsonObject config;

    internal RuntimeBundle(string folder, params string[] arguments)
    {
        Folder = folder;
        string programs = Path.Combine(folder, "rootfs", "bin");
        foreach (string name in new[] { "bin", "etc", "proc", "sys", "dev" })
        {
            Directory.CreateDirectory(Path.Combine(folder, "rootfs", name));
        }

        File.Copy("/bin/busybox", Path.Combine(programs, "busybox"));
        foreach (string applet in new[] { "true", "sleep" })
        {
            File.CreateSymbolicLink(Path.Combine(programs, applet), "busybox");
        }

        foreach (string name in new[] { "hosts", "hostname", "resolv.conf" })
        {
            File.WriteAllText(Path.Combine(folder, name), "");
            File.WriteAllText(Path.Combine(folder, "rootfs", "etc", name), "");
        }

        config = DockerConfig.Make(folder, arguments);
        Write();
    }

    internal string Folder { get; }

    internal void LimitMemory(long bytes)
    {
        config["linux"]!["resources"]!["memory"] = new JsonObject { ["limit"] = bytes };
        Write();
    }

    private void Write() => File.WriteAllText(Path.Combine(Folder, "config.json"), config.ToJsonString());
}
