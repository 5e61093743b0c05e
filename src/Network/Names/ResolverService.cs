using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wharf.Linux;

namespace Wharf.Network.Names;

/// <summary>
/// A process of its own that answers for all containers of a daemon, and goes on while that is away. The daemon tells it of
/// changes over a unix socket, one JSON document a line, each answered by a line: empty, or what went wrong.
/// </summary>
public sealed class ResolverService : IAsyncDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly string path;
    private readonly NameTable names = new();
    private readonly AnswerCache cache = new(TimeProvider.System);
    private readonly NamespaceEntry entry = new();
    private readonly FileDescriptor host = Files.Open("/proc/self/ns/net", OpenFlags.ReadOnly);
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, SandboxResolver> sandboxes = [];
    private int connections;

    private ResolverService(string path)
    {
        this.path = path;
        Nftables.Reserve();
    }

    /// <summary>Serves until no container is left and no daemon is connected.</summary>
    /// <param name="path">Where the socket is made; one that is there is taken over.</param>
    public static async Task RunAsync(string path)
    {
        await using var service = new ResolverService(path);
        await service.ServeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SandboxResolver sandbox in sandboxes.Values)
        {
            await sandbox.DisposeAsync().ConfigureAwait(false);
        }

        entry.Dispose();
        host.Dispose();
        gate.Dispose();
    }

    private async Task ServeAsync()
    {
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen();
        using var done = new CancellationTokenSource();
        Task watching = WatchAsync(done);
        while (!done.IsCancellationRequested)
        {
            try
            {
                Socket client = await listener.AcceptAsync(done.Token).ConfigureAwait(false);
                Interlocked.Increment(ref connections);
                _ = TalkAsync(client);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await watching.ConfigureAwait(false);
    }

    /// <summary>Lets containers go that have ended, whoever is there to tell: a socket would hold their namespace.</summary>
    private async Task WatchAsync(CancellationTokenSource done)
    {
        TimeSpan unused = TimeSpan.Zero;
        TimeSpan pause = TimeSpan.FromSeconds(1);
        while (unused < Idle)
        {
            await Task.Delay(pause).ConfigureAwait(false);
            await gate.WaitAsync().ConfigureAwait(false);
            try
            {
                foreach ((string id, SandboxResolver sandbox) in sandboxes.ToArray())
                {
                    if (Poll.Readable(0, sandbox.Process)[0])
                    {
                        await CloseAsync(id).ConfigureAwait(false);
                    }
                }

                unused = sandboxes.Count == 0 && Volatile.Read(ref connections) == 0 ? unused + pause : TimeSpan.Zero;
            }
            finally
            {
                gate.Release();
            }
        }

        await done.CancelAsync().ConfigureAwait(false);
    }

    private async Task TalkAsync(Socket client)
    {
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                string fault = await ActAsync(line).ConfigureAwait(false);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(fault.ReplaceLineEndings(" ") + "\n")).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // The daemon is gone; the next one connects again.
        }
        finally
        {
            Interlocked.Decrement(ref connections);
        }
    }

    private async Task<string> ActAsync(string line)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            ResolverRequest request = JsonSerializer.Deserialize(line, ResolverJson.Default.ResolverRequest) ?? new ResolverRequest();
            if (request.All is { } all)
            {
                names.Replace(all);
                foreach (string id in sandboxes.Keys.Except(all.Where(one => one.Process > 0).Select(one => one.Id)).ToArray())
                {
                    await CloseAsync(id).ConfigureAwait(false);
                }

                foreach (NamedContainer one in all)
                {
                    await OpenAsync(one).ConfigureAwait(false);
                }
            }
            else if (request.Set is { } container)
            {
                names.Set(container);
                await OpenAsync(container).ConfigureAwait(false);
            }
            else if (request.Remove is { } id)
            {
                names.Remove(id);
                await CloseAsync(id).ConfigureAwait(false);
            }

            return "";
        }
        catch (Exception error) when (error is IOException or SyscallException or SocketException or JsonException or FormatException)
        {
            return error.Message;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task OpenAsync(NamedContainer container)
    {
        if (sandboxes.TryGetValue(container.Id, out SandboxResolver? old) && old.ProcessId != container.Process)
        {
            // An earlier run.
            sandboxes.Remove(container.Id);
            await old.DisposeAsync().ConfigureAwait(false);
        }

        if (container.Process > 0 && !sandboxes.ContainsKey(container.Id))
        {
            sandboxes[container.Id] = await SandboxResolver.OpenAsync(container, names, cache, entry, host).ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(string id)
    {
        names.Remove(id);
        if (sandboxes.Remove(id, out SandboxResolver? sandbox))
        {
            await sandbox.DisposeAsync().ConfigureAwait(false);
        }
    }
}
