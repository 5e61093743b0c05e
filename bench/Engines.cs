using System.Collections;
using Wharf.Harness;
using Wharf.Linux;

namespace Wharf.Bench;

/// <summary>Our engine and dockerd, side by side, each with sockets, roots, bridge and cgroup of its own.</summary>
internal sealed class Engines
{
    private readonly Stage stage;

    private Engines(Stage stage) => this.stage = stage;

    /// <summary>wharf when it is built, else the docker client of the machine.</summary>
    internal required string OurClient { get; init; }

    internal required string TheirClient { get; init; }

    internal required string OurName { get; init; }

    internal required string TheirName { get; init; }

    internal required int[] OurDaemons { get; init; }

    internal required bool OwnContainerd { get; init; }

    internal string[] OurEnvironment => Environment($"unix://{stage["w.sock"]}");

    internal string[] TheirEnvironment => Environment($"unix://{stage["d.sock"]}");

    /// <summary>dockerd and the containerd that it has started.</summary>
    internal int[] TheirDaemons { get; private set; } = [];

    internal static Engines? Start(Stage stage, Report report)
    {
        if (Peer.Built("wharfd", report) is not { } daemon || Peer.Find("docker", report) is not { } docker || Peer.Find("dockerd", report) is not { } dockerd)
        {
            return null;
        }

        string own = Path.Combine(Programs.Folder, "wharf-containerd");
        string client = Path.Combine(Programs.Folder, "wharf");
        if (!File.Exists(own) && Peer.Find("containerd", report) is null)
        {
            return null;
        }

        string below = File.Exists(own) ? "wharf-containerd" : "Debian's containerd";
        int containerd = File.Exists(own) ? StartOwnContainerd(stage, own) : StartDebianContainerd(stage);
        stage.Await(below, "containerd.log", () => File.Exists(stage["c.sock"]));
        int wharfd = stage.Launch(
            "wharfd.log",
            daemon,
            ["-H", $"unix://{stage["w.sock"]}", "--data-root", stage["w"], "--exec-root", stage["we"], "--pidfile", stage["w.pid"], "--containerd", stage["c.sock"], "--bridge", stage.Name, "--bip", "10.253.251.1/24", "--cgroup-parent", "/" + stage.Name]);
        stage.Undo(() => Command.Run("ip", "link", "delete", stage.Name));
        stage.Undo(() => FirewallTables.Delete(FirewallTables.Of(stage["w"])));
        MakeBridge(stage, stage.Name + "d", "10.253.252.1/24");
        File.WriteAllText(stage["dockerd.json"], "{}");
        int theirs = stage.Launch(
            "dockerd.log",
            dockerd.Path,
            ["--config-file", stage["dockerd.json"], "-H", $"unix://{stage["d.sock"]}", "--data-root", stage["d"], "--exec-root", stage["de"], "--pidfile", stage["d.pid"], "--bridge", stage.Name + "d", "--iptables=false", "--ip6tables=false", "--cgroup-parent", "/" + stage.Name]);
        var engines = new Engines(stage)
        {
            OurClient = File.Exists(client) ? client : docker.Path,
            TheirClient = docker.Path,
            OurName = $"{(File.Exists(client) ? "wharf" : docker.Name)}, wharfd, {below}",
            TheirName = $"{docker.Name}, {dockerd.Name}",
            OurDaemons = [wharfd, containerd],
            OwnContainerd = File.Exists(own),
        };
        stage.Await("wharfd", "wharfd.log", () => engines.Ask(ours: true, "images"));
        stage.Await("dockerd", "dockerd.log", () => engines.Ask(ours: false, "images"));
        engines.TheirDaemons = [theirs, .. HostProcesses.All().Where(id => HostProcesses.Parent(id) == theirs)];
        engines.LoadBusybox();
        report.Note($"engines: {engines.OurName} beside {engines.TheirName}");
        return engines;
    }

    internal string SocketOf(bool ours) => stage[ours ? "w.sock" : "d.sock"];

    /// <summary>Runs the client; whether it did well.</summary>
    internal bool Ask(bool ours, params string[] arguments)
    {
        using ChildProcess child = Spawner.Start(new SpawnRequest { Path = Client(ours), Arguments = [Client(ours), .. arguments], Environment = ours ? OurEnvironment : TheirEnvironment });
        return child.Wait().Code == 0;
    }

    internal void Run(bool ours, params string[] arguments) => Pairs.Run(Client(ours), arguments, ours ? OurEnvironment : TheirEnvironment);

    private string Client(bool ours) => ours ? OurClient : TheirClient;

    private static int StartOwnContainerd(Stage stage, string program) =>
        stage.Launch("containerd.log", program, ["--address", stage["c.sock"], "--root", stage["c"], "--state", stage["cs"]], WithOurPrograms());

    private static int StartDebianContainerd(Stage stage)
    {
        File.WriteAllText(stage["containerd.toml"], $"""
            version = 2
            root = "{stage["c"]}"
            state = "{stage["cs"]}"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{stage["c.sock"]}"
            """);
        return stage.Launch("containerd.log", Spawner.Find("containerd")!, ["-c", stage["containerd.toml"]], WithOurPrograms());
    }

    /// <summary>Shim and runtime are found in PATH.</summary>
    private static string[] WithOurPrograms() =>
        [.. Inherited("PATH"), $"PATH={Programs.Folder}:{System.Environment.GetEnvironmentVariable("PATH")}"];

    private static void MakeBridge(Stage stage, string name, string address)
    {
        Command.Run("ip", "link", "add", name, "type", "bridge").Succeeds();
        stage.Undo(() => Command.Run("ip", "link", "delete", name));
        Command.Run("ip", "address", "add", address, "dev", name).Succeeds();
        Command.Run("ip", "link", "set", name, "up").Succeeds();
    }

    private void LoadBusybox()
    {
        string archive = stage["busybox.tar"];
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
        foreach (bool ours in new[] { true, false })
        {
            if (!Ask(ours, "image", "inspect", "busybox:latest"))
            {
                Run(ours, "load", "-i", archive);
            }
        }
    }

    private string[] Environment(string host) => [.. Inherited("DOCKER_HOST", "DOCKER_CONFIG"), "DOCKER_HOST=" + host, "DOCKER_CONFIG=" + stage["client"]];

    private static IEnumerable<string> Inherited(params string[] without)
    {
        foreach (DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
        {
            if (!without.Contains((string)entry.Key))
            {
                yield return $"{entry.Key}={entry.Value}";
            }
        }
    }
}
