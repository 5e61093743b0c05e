using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>
/// A user of no account, with a bundle, a copy of wharf-runc in reach, an XDG_RUNTIME_DIR and ranges of subordinate ids. The account
/// that newuidmap(1) looks for exists in the mount namespace of each command alone, so the machine's files stay as they are.
/// </summary>
internal sealed class RootlessUser : IDisposable
{
    internal const string Id = "48271";
    internal const int FirstRange = 4_827_100;

    private const string Account = """
        mount --bind FOLDER/passwd /etc/passwd && { [ -e /etc/subuid ] || : >/etc/subuid; } && { [ -e /etc/subgid ] || : >/etc/subgid; } &&
        mount --bind FOLDER/subid /etc/subuid && mount --bind FOLDER/subid /etc/subgid &&
        cd FOLDER/bundle && exec setpriv --reuid USER --regid USER --clear-groups env HOME=FOLDER XDG_RUNTIME_DIR=FOLDER/run PATH="$PATH:FOLDER/bin" /bin/sh -c "$0"
        """;

    private readonly TemporaryDirectory directory = new();

    internal RootlessUser()
    {
        foreach (string folder in new[] { "bundle", "bundle/rootfs", "bundle/rootfs/bin", "run", "bin" })
        {
            Directory.CreateDirectory(directory[folder]);
        }

        File.Copy("/bin/busybox", directory["bundle/rootfs/bin/busybox"]);
        File.Copy(Programs.Runc, directory["bin/wharf-runc"]);
        foreach (string applet in new[] { "sh", "true", "cat", "id", "sleep", "mkdir", "touch", "stat", "awk", "echo", "test", "grep" })
        {
            File.CreateSymbolicLink(directory["bundle/rootfs/bin/" + applet], "busybox");
        }

        File.WriteAllText(directory["passwd"], $"root:x:0:0:root:/root:/bin/sh\nrootless:x:{Id}:{Id}::/:/bin/sh\n");
        File.WriteAllText(directory["subid"], $"rootless:{FirstRange}:65536\n");
        Command.Run("chmod", "711", directory.Path).Succeeds();
        Command.Run("chown", "-R", $"{Id}:{Id}", directory["bundle"], directory["run"]).Succeeds();
        Run("wharf-runc spec --rootless").Succeeds();
        Change(spec =>
        {
            spec["process"]!["terminal"] = false;
            BusyboxBundle.AddCgroupNamespace(spec);
        });
    }

    internal string Folder => directory["bundle"];

    internal string Program => directory["bin/wharf-runc"];

    /// <summary>A script as this user, in the bundle's folder.</summary>
    internal Command Run(string script) => Command.Run("unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", AsUser, script);

    /// <summary>The same on a machine of cgroup v2 alone, after a script of root's.</summary>
    internal Command RunUnified(string before, string script) =>
        PureCgroup.Run($"{before}\nexec /bin/sh -c '{AsUser.Replace("'", "'\\''", StringComparison.Ordinal)}' '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'");

    internal void Change(Action<JsonNode> change)
    {
        string path = Path.Combine(Folder, "config.json");
        JsonNode spec = JsonNode.Parse(File.ReadAllText(path))!;
        change(spec);
        File.WriteAllText(path, spec.ToJsonString());
    }

    internal void Arguments(params string[] arguments) =>
        Change(spec => spec["process"]!["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]));

    /// <summary>Root is the user, and what follows are the ranges.</summary>
    internal void MapRanges(int first = FirstRange) => Change(spec =>
    {
        foreach (string name in new[] { "uidMappings", "gidMappings" })
        {
            spec["linux"]![name] = JsonNode.Parse($$"""[{"containerID":0,"hostID":{{Id}},"size":1},{"containerID":1,"hostID":{{first}},"size":65535}]""");
        }
    });

    public void Dispose()
    {
        Run("for id in $XDG_RUNTIME_DIR/runc/*; do [ ! -e $id ] || wharf-runc delete --force ${id##*/}; done");
        directory.Dispose();
    }

    private string AsUser => Account.Replace("FOLDER", directory.Path, StringComparison.Ordinal).Replace("USER", Id, StringComparison.Ordinal).Replace('\n', ' ');
}
