using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>wharf-containerd with our shim and runtime, and the machine's containerd with its own, both under ctr.</summary>
internal sealed class Containerds
{
    private readonly Stage stage;
    private readonly string[] environment = OwnProgramsFirst();

    private Containerds(Stage stage) => this.stage = stage;

    internal required string TheirName { get; init; }

    internal required int Ours { get; init; }

    internal required int Theirs { get; init; }

    internal static Containerds? Start(Stage stage, Report report)
    {
        if (Peer.Built("wharf-containerd", report) is not { } own || Peer.Find("containerd", report) is not { } theirs || Peer.Find("ctr", report) is null)
        {
            return null;
        }

        File.WriteAllText(stage["cb.toml"], $"""
            version = 2
            root = "{stage["cb"]}"
            state = "{stage["cbs"]}"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{stage["cb.sock"]}"
            """);
        var started = new Containerds(stage)
        {
            TheirName = theirs.Name,
            Ours = stage.Launch("ca.log", own, ["--address", stage["ca.sock"], "--root", stage["ca"], "--state", stage["cas"]], OwnProgramsFirst()),
            Theirs = stage.Launch("cb.log", theirs.Path, ["-c", stage["cb.toml"]]),
        };
        stage.Await("wharf-containerd", "ca.log", () => started.Ask(ours: true, "version"));
        stage.Await("containerd", "cb.log", () => started.Ask(ours: false, "version"));
        return started;
    }

    internal bool Ask(bool ours, params string[] arguments) => Command.Run("ctr", Words(ours, arguments), timeout: TimeSpan.FromMinutes(3)).ExitCode == 0;

    internal void Run(bool ours, params string[] arguments) => Pairs.Run(Spawner.Find("ctr")!, Words(ours, arguments), environment);

    internal IReadOnlyList<string> Snapshots(bool ours) =>
        [.. Command.Run("ctr", Words(ours, ["snapshots", "list"])).Succeeds().Output.Split('\n').Skip(1).Select(line => line.Split(' ')[0]).Where(key => key.Length > 0)];

    /// <summary>`ctr run` of the image with the runtime that belongs to the daemon.</summary>
    internal void RunContainer(bool ours, string flag, string image, string id, params string[] command) =>
        Run(ours, ["run", flag, "--runtime", ours ? "io.containerd.wharf.v2" : "io.containerd.runc.v2", image, id, .. command]);

    private string[] Words(bool ours, string[] arguments) => ["--address", stage[ours ? "ca.sock" : "cb.sock"], .. arguments];

    private static string[] OwnProgramsFirst() =>
    [
        $"PATH={Programs.Folder}:{Environment.GetEnvironmentVariable("PATH")}",
        .. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Where(entry => entry.Key is not "PATH").Select(entry => $"{entry.Key}={entry.Value}"),
    ];
}
