using System.Globalization;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Bench;

/// <summary>wharf-containerd beside the machine's containerd: pull, unpack, run, many containers, and what the daemon keeps.</summary>
internal static class ContainerdSection
{
    private const int Running = 500;
    private static readonly bool[] Both = [true, false];

    internal static void Measure(Stage stage, Report report, int rounds)
    {
        if (Containerds.Start(stage, report) is not { } daemons)
        {
            return;
        }

        Memory(daemons, report, "at the start");
        string image = LoadBusybox(daemons, stage);
        string name = stage.Name;
        Figures[] runs = Pairs.Measure(
            Math.Max(1, rounds / 5),
            round => daemons.RunContainer(ours: true, "--rm", image, $"{name}r{round}", "true"),
            round => daemons.RunContainer(ours: false, "--rm", image, $"{name}r{round}", "true"));
        report.Add(new Row("containerd", "ctr run --rm true", "ms", runs[0], daemons.TheirName, runs[1], "a quarter"));
        Cycles(daemons, image, name, rounds * 2);
        Memory(daemons, report, string.Create(CultureInfo.InvariantCulture, $"idle after {rounds * 2} created and deleted"));
        Crowd(daemons, report, image, name);
        Pull(daemons, report, Math.Max(3, rounds / 20));
    }

    private static void Pull(Containerds daemons, Report report, int rounds)
    {
        if (Peer.Find("docker-registry", report) is null || Peer.Find("skopeo", report) is null)
        {
            return;
        }

        string layout = Path.Combine(Programs.Checkout, "out", "images", "six-layers");
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "layered-image"), [layout], timeout: TimeSpan.FromMinutes(5)).Succeeds();
        using var registry = new DockerRegistry();
        registry.Add($"oci:{layout}:latest", "six:1");
        string image = $"{registry.Authority}/six:1";
        Figures[] pulls = Pairs.Measure(rounds, () => Forget(daemons, image), Each(daemons, "images", "pull", "--plain-http", image));
        report.Add(new Row("containerd", "ctr images pull, 500 MB in 6 layers", "ms", pulls[0], daemons.TheirName, pulls[1], "half"));
        foreach (bool ours in Both)
        {
            daemons.Run(ours, "images", "pull", "--plain-http", image);
        }

        Unpack(daemons, report, layout, rounds);
    }

    /// <summary>From the content that is there, beside gzip and tar on the same blobs.</summary>
    private static void Unpack(Containerds daemons, Report report, string layout, int rounds)
    {
        JsonNode descriptor = JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!;
        string[] layers = [.. JsonNode.Parse(File.ReadAllText(Blob(layout, descriptor)))!["layers"]!.AsArray().Select(layer => Blob(layout, layer!))];
        string target = Path.Combine(layout, "..", "unpacked");
        string[] words = ["snapshots", "unpack", descriptor["digest"]!.GetValue<string>()];
        Figures[] figures = Pairs.Measure(
            rounds,
            () =>
            {
                Command.Run("rm", "-rf", target).Succeeds();
                Directory.CreateDirectory(target);
                foreach (bool ours in Both)
                {
                    RemoveSnapshots(daemons, ours);
                }
            },
            [.. Each(daemons, words), _ => Array.ForEach(layers, layer => Command.Run("/bin/sh", "-c", $"gzip -dc '{layer}' | tar -C '{target}' -xf -").Succeeds())]);
        Command.Run("rm", "-rf", target).Succeeds();
        report.Add(new Row("containerd", "unpack of the 6 layers", "ms", figures[0], daemons.TheirName, figures[1], ""));
        report.Add(new Row("containerd", "unpack of the 6 layers", "ms", figures[0], "gzip -d | tar -x, 2 processes", figures[2], "1.25"));
    }

    /// <summary>From the last layer's down: one that others lie on is not removed.</summary>
    private static void RemoveSnapshots(Containerds daemons, bool ours)
    {
        while (daemons.Snapshots(ours) is { Count: > 0 } keys && keys.Any(key => daemons.Ask(ours, "snapshots", "remove", key)))
        {
        }
    }

    private static string Blob(string layout, JsonNode descriptor) =>
        Path.Combine(layout, "blobs", "sha256", descriptor["digest"]!.GetValue<string>()["sha256:".Length..]);

    private static Action<int>[] Each(Containerds daemons, params string[] words) => [_ => daemons.Run(ours: true, words), _ => daemons.Run(ours: false, words)];

    private static void Forget(Containerds daemons, string image)
    {
        foreach (bool ours in Both)
        {
            daemons.Ask(ours, "images", "remove", "--sync", image);
        }
    }

    private static string LoadBusybox(Containerds daemons, Stage stage)
    {
        string archive = stage["busybox.tar"];
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "busybox-image"), archive).Succeeds();
        foreach (bool ours in Both)
        {
            daemons.Run(ours, "images", "import", archive);
        }

        return "docker.io/library/busybox:latest";
    }

    private static void Cycles(Containerds daemons, string image, string name, int count)
    {
        foreach (bool ours in Both)
        {
            for (int number = 0; number < count; number++)
            {
                daemons.Run(ours, "containers", "create", image, $"{name}c{number}", "true");
                daemons.Run(ours, "containers", "delete", $"{name}c{number}");
            }
        }
    }

    /// <summary>The start of one more, of ours alone: with none running, and with many.</summary>
    private static void Crowd(Containerds daemons, Report report, string image, string name)
    {
        const int samples = 20;
        Figures first = Starts("f");
        try
        {
            for (int number = 0; number < Running; number++)
            {
                daemons.RunContainer(ours: true, "-d", image, $"{name}s{number}", "sleep", "10000");
            }

            report.Add(new Row("containerd", $"ctr run -d with {Running} running", "ms", Starts("g"), "with none running", first, "1.2"));
        }
        finally
        {
            for (int number = 0; number < Running; number++)
            {
                Remove($"{name}s{number}");
            }
        }

        Figures Starts(string letter)
        {
            var figures = Pairs.Measure(samples, round => daemons.RunContainer(ours: true, "-d", image, $"{name}{letter}{round}", "sleep", "10000"))[0];
            for (int round = 0; round <= samples; round++)
            {
                Remove($"{name}{letter}{round}");
            }

            return figures;
        }

        void Remove(string id)
        {
            daemons.Ask(ours: true, "tasks", "delete", "--force", id);
            daemons.Ask(ours: true, "containers", "delete", id);
        }
    }

    private static void Memory(Containerds daemons, Report report, string when)
    {
        Thread.Sleep(10_000);
        report.Add(new Row("containerd", $"wharf-containerd: private dirty, {when}", "MB", Of(daemons.Ours), daemons.TheirName, Of(daemons.Theirs), "10 MB"));

        static Figures Of(int id) => Figures.One(MemorySection.Megabytes(id, "Private_Dirty:"));
    }
}
