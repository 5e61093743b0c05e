using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.RuncOptions;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Harness;
using Wharf.Integration.Runc;
using Wharf.Ttrpc;

namespace Wharf.Integration.Shim;

/// <summary>A shim alone: this test is its containerd. One bundle, more on request, and roots, sockets and a namespace of its own.</summary>
internal sealed class ShimPod : IAsyncDisposable
{
    private const string Service = "containerd.task.v3.Task";
    private static int count;
    private readonly TemporaryDirectory directory = new();
    private readonly List<(string Id, BusyboxBundle Bundle)> bundles = [];
    private TtrpcClient? client;

    internal ShimPod(params string[] command)
    {
        Namespace = string.Create(CultureInfo.InvariantCulture, $"wharf-{Environment.ProcessId:x}{Interlocked.Increment(ref count):x}");
        Sink = new EventSink(directory["c.sock.ttrpc"]);
        Sink.Open();
        Id = AddBundle(command);
    }

    internal string Namespace { get; }

    internal string Id { get; }

    internal EventSink Sink { get; }

    internal string Address => directory["c.sock"];

    internal int Process { get; private set; }

    internal string Socket { get; private set; } = "";

    internal string this[string name] => directory[name];

    internal string StateRoot => directory["runc"];

    internal string State(string id) => Path.Combine(StateRoot, Namespace, id);

    internal string Bundle(string id) => Path.GetDirectoryName(bundles.Single(one => one.Id == id).Bundle.Rootfs)!;

    internal string AddBundle(params string[] command)
    {
        var bundle = new BusyboxBundle();
        string id = $"{Namespace}-{bundles.Count}";
        bundles.Add((id, bundle));
        bundle.Arguments(command);
        bundle.Change(spec =>
        {
            spec["root"]!["readonly"] = false;
            spec["linux"]!["cgroupsPath"] = $"/{Namespace}/{id}";
        });
        return id;
    }

    internal void Change(string id, Action<JsonNode> change) => bundles.Single(one => one.Id == id).Bundle.Change(change);

    /// <summary>"start", "delete" or a flag, in a bundle, with nothing of this process's environment that containerd would set.</summary>
    internal Command Shim(string id, IReadOnlyList<string> words, IReadOnlyDictionary<string, string?>? environment = null, string? input = null)
    {
        var all = new Dictionary<string, string?> { ["TTRPC_ADDRESS"] = null, ["GRPC_ADDRESS"] = null, ["MAX_SHIM_VERSION"] = null, ["NAMESPACE"] = null };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            all[name] = value;
        }

        return Command.Run(Programs.Shim, ["-namespace", Namespace, "-address", Address, "-publish-binary", "containerd", "-id", id, .. words], input, all, Bundle(id));
    }

    internal async Task StartAsync(IReadOnlyDictionary<string, string?>? environment = null)
    {
        string address = Shim(Id, ["start"], environment).Succeeds().Output.Trim();
        await ConnectAsync(address["unix://".Length..]);
    }

    internal async Task ConnectAsync(string path)
    {
        Socket = path;
        if (client is not null)
        {
            await client.DisposeAsync();
        }

        client = await TtrpcClient.ConnectAsync(path, TestContext.Current.CancellationToken);
        Process = (int)(await CallAsync("Connect", new ProcessRequest { Id = Id }, ConnectResponse.Parser)).ShimPid;
    }

    internal async Task<byte[]> CallAsync(string service, string method, byte[] message) =>
        await client!.CallAsync(service, method, message, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2));

    internal async Task<T> CallAsync<T>(string method, IMessage message, MessageParser<T> parser)
        where T : IMessage<T> => parser.ParseFrom(await CallAsync(Service, method, message.ToByteArray()));

    internal async Task CallAsync(string method, IMessage message) => await CallAsync(Service, method, message.ToByteArray());

    internal Task CallAsync(string method, string execId = "") => CallAsync(method, new ProcessRequest { Id = Id, ExecId = execId });

    /// <summary>A container whose runtime is ours, with a root of the test's own.</summary>
    internal async Task<int> CreateAsync(string? id = null, Action<CreateTaskRequest>? change = null, Action<Options>? options = null)
    {
        var runc = new Options { BinaryName = Programs.Runc, Root = StateRoot };
        options?.Invoke(runc);
        var request = new CreateTaskRequest
        {
            Id = id ?? Id,
            Bundle = Bundle(id ?? Id),
            Options = new Any { TypeUrl = "containerd.runc.v1.Options", Value = runc.ToByteString() },
        };
        change?.Invoke(request);
        return (int)(await CallAsync("Create", request, CreateTaskResponse.Parser)).Pid;
    }

    internal async Task ExecAsync(string execId, Action<ExecProcessRequest>? change, params string[] command)
    {
        var process = new JsonObject
        {
            ["args"] = new JsonArray([.. command.Select(word => (JsonNode)word)]),
            ["cwd"] = "/",
            ["env"] = new JsonArray("PATH=/bin"),
            ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
        };
        var request = new ExecProcessRequest
        {
            Id = Id,
            ExecId = execId,
            Spec = new Any { TypeUrl = "types.containerd.io/opencontainers/runtime-spec/1/Process", Value = ByteString.CopyFromUtf8(process.ToJsonString()) },
        };
        change?.Invoke(request);
        if (request.Terminal)
        {
            process["terminal"] = true;
            request.Spec.Value = ByteString.CopyFromUtf8(process.ToJsonString());
        }

        await CallAsync("Exec", request);
    }

    internal async Task<int> WaitAsync(string execId = "", string? id = null) =>
        (int)(await CallAsync("Wait", new ProcessRequest { Id = id ?? Id, ExecId = execId }, WaitResponse.Parser)).ExitStatus;

    internal Task<StateResponse> StateAsync(string execId = "") => CallAsync("State", new ProcessRequest { Id = Id, ExecId = execId }, StateResponse.Parser);

    internal void Kill()
    {
        Command.Run("kill", "-KILL", Process.ToString(CultureInfo.InvariantCulture)).Succeeds();
        Until(() => !HostProcesses.Lives(Process), "the shim lives");
    }

    internal static void Until(Func<bool> holds, string what)
    {
        var limit = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(limit.Elapsed < TimeSpan.FromSeconds(60), what);
            Thread.Sleep(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
        {
            await client.DisposeAsync();
        }

        foreach (int shim in HostProcesses.Naming(Address).Where(process => HostProcesses.Executable(process).EndsWith("containerd-shim-wharf-v2", StringComparison.Ordinal)))
        {
            Command.Run("kill", "-KILL", shim.ToString(CultureInfo.InvariantCulture));
        }

        foreach ((string id, _) in bundles)
        {
            Command.Run(Programs.Runc, "--root", Path.Combine(StateRoot, Namespace), "delete", "--force", id);
        }

        await Sink.DisposeAsync();
        if (Socket.Length > 0)
        {
            File.Delete(Socket);
        }

        foreach (string folder in HostCgroups.Below("/" + Namespace).Reverse())
        {
            Command.Run("rmdir", folder);
        }

        bundles.ForEach(one => one.Bundle.Dispose());
        directory.Dispose();
    }
}
