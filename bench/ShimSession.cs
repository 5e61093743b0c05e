using System.Text.Json.Nodes;
using Wharf.Linux;
using Wharf.Ttrpc;

namespace Wharf.Bench;

/// <summary>One shim of one container, called as containerd calls it.</summary>
internal sealed class ShimSession : IDisposable
{
    private const int Kill = 9;
    private readonly string id;
    private readonly string bundle;
    private readonly string runtime;
    private readonly string root;
    private readonly FileDescriptor log;
    private FileDescriptor? socket;
    private string path = "";
    private uint stream = 1;
    private bool created;

    internal ShimSession(Stage stage, string template, string runtime, string id)
    {
        this.id = id;
        this.runtime = runtime;
        root = stage["shim-state"];
        bundle = stage["shim-" + id];
        Directory.CreateDirectory(bundle);
        JsonNode spec = JsonNode.Parse(File.ReadAllText(Path.Combine(template, "config.json")))!;
        spec["root"]!["path"] = Path.Combine(template, "rootfs");
        spec["linux"]!["cgroupsPath"] = $"/{stage.Name}/{id}";
        File.WriteAllText(Path.Combine(bundle, "config.json"), spec.ToJsonString());

        // A shim opens it to write, and somebody reads there.
        Files.MakeFifo(Path.Combine(bundle, "log"), 0x180);
        log = Files.Open(Path.Combine(bundle, "log"), OpenFlags.ReadWrite | OpenFlags.NonBlocking);
    }

    internal int Process { get; private set; }

    /// <summary>"start", and one call that is answered.</summary>
    internal void Start(string shim)
    {
        string address = Path.Combine(bundle, "containerd.sock");
        using ChildProcess start = Spawner.Start(new SpawnRequest
        {
            Path = shim,
            Arguments = [shim, "-namespace", "bench", "-address", address, "-publish-binary", "containerd", "-id", id, "start"],
            Environment = ["PATH=" + Environment.GetEnvironmentVariable("PATH"), "TTRPC_ADDRESS=" + address + ".ttrpc"],
            WorkingDirectory = bundle,
        });
        int code = start.Wait().Code;
        if (code != 0)
        {
            throw new InvalidOperationException($"{shim} start: exit code {code}");
        }

        path = File.ReadAllText(Path.Combine(bundle, "address")).Trim()["unix://".Length..];
        socket = UnixSockets.Connect(path);
        var reader = new ProtoReader(Call("Connect", new ProtoWriter().Text(1, id)));
        while (reader.Next())
        {
            Process = reader.Field == 1 ? (int)reader.Number : Process;
        }
    }

    /// <summary>From a bundle to a running program.</summary>
    internal void Run()
    {
        created = true;
        Call("Create", new ProtoWriter().Text(1, id).Text(2, bundle).Any(10, "containerd.runc.v1.Options", new ProtoWriter().Text(6, runtime).Text(7, root).ToArray()));
        Call("Start", new ProtoWriter().Text(1, id));
    }

    public void Dispose()
    {
        if (created)
        {
            Call("Kill", new ProtoWriter().Text(1, id).Number(3, Kill));
            Call("Wait", new ProtoWriter().Text(1, id));
            Call("Delete", new ProtoWriter().Text(1, id));
        }

        socket?.Dispose();
        log.Dispose();
        if (Process != 0)
        {
            Processes.Signal(Process, Kill);
        }

        if (path.Length > 0)
        {
            File.Delete(path);
        }

        Directory.Delete(bundle, recursive: true);
    }

    private byte[] Call(string method, ProtoWriter message)
    {
        Files.Write(socket!, new TtrpcRequest("containerd.task.v2.Task", method, message.ToArray()).Frame(stream), path);
        stream += 2;
        var frames = new FrameBuffer();
        byte[] buffer = new byte[4096];
        byte[] answer;
        while (!frames.TryTake(out _, out answer))
        {
            int count = Files.Read(socket!, buffer, path);
            if (count == 0)
            {
                throw new InvalidOperationException($"{method}: the shim has gone");
            }

            frames.Append(buffer.AsSpan(0, count));
        }

        TtrpcResponse response = TtrpcResponse.Decode(answer);
        return response.Status == TtrpcStatus.Ok ? response.Payload : throw new InvalidOperationException($"{method}: {response.Message}");
    }
}
