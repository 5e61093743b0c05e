using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Wharf.Daemon.Containers;
using Wharf.Linux;
using Wharf.Network.Names;

namespace Wharf.Daemon.Networks;

/// <summary>
/// Tells the resolver what names there are. It is a process of its own, so that names go on being answered while the daemon is
/// away; one that has ended is started again, and told everything.
/// </summary>
internal sealed class ResolverClient(string execRoot, ContainerTable table, NamedContainers describe) : IDisposable
{
    private const int Attempts = 250;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Rounds = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim gate = new(1);
    private NetworkStream? stream;
    private StreamReader? reader;
    private int child;

    private string SocketPath => Path.Combine(execRoot, "names.sock");

    /// <summary>The container has other ends than before, or another process.</summary>
    internal async Task SetAsync(Container container)
    {
        if (describe.Of(container) is { } named)
        {
            await TellAsync(new ResolverRequest { Set = named }).ConfigureAwait(false);
        }
    }

    /// <summary>The container runs on, without an end of a network that has names.</summary>
    internal Task LeaveAsync(Container container) => TellAsync(new ResolverRequest { Remove = container.Id });

    /// <summary>The container runs no more.</summary>
    internal async Task RemoveAsync(Container container)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            // It may have been started again meanwhile. Without a connection there is nobody who knows of it.
            if (stream is not null && container.Document.SandboxId.Length == 0)
            {
                await SendAsync(new ResolverRequest { Remove = container.Id }).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            Disconnect();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Keeps the resolver up while any container needs it.</summary>
    internal async Task WatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            if (table.All().Any(container => describe.Of(container) is not null))
            {
                try
                {
                    await TellAsync(new ResolverRequest()).ConfigureAwait(false);
                }
                catch (IOException error)
                {
                    await Console.Error.WriteLineAsync($"wharfd: {error.Message}").ConfigureAwait(false);
                }
            }

            await Task.Delay(Rounds, stopping).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        Disconnect();
        gate.Dispose();
    }

    private async Task TellAsync(ResolverRequest request)
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            for (int attempt = 0; ; attempt++)
            {
                try
                {
                    if (stream is null)
                    {
                        await ConnectAsync().ConfigureAwait(false);
                        await SendAsync(new ResolverRequest { All = [.. table.All().Select(describe.Of).OfType<NamedContainer>()] }).ConfigureAwait(false);
                    }

                    await SendAsync(request).ConfigureAwait(false);
                    return;
                }
                catch (IOException) when (attempt == 0)
                {
                    Disconnect();
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task SendAsync(ResolverRequest request)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(request, ResolverJson.Default.ResolverRequest), (byte)'\n'];
        await stream!.WriteAsync(line).ConfigureAwait(false);
        string answer = await reader!.ReadLineAsync().ConfigureAwait(false) ?? throw new IOException("tell the resolver of names: it has ended");
        if (answer.Length > 0)
        {
            await Console.Error.WriteLineAsync($"wharfd: resolver: {answer}").ConfigureAwait(false);
        }
    }

    private async Task ConnectAsync()
    {
        if (!await TryConnectAsync().ConfigureAwait(false))
        {
            Start();
            for (int attempt = 0; !await TryConnectAsync().ConfigureAwait(false); attempt++)
            {
                if (attempt == Attempts)
                {
                    throw new IOException($"connect to the resolver at \"{SocketPath}\": it does not answer");
                }

                await Task.Delay(Pause).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> TryConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath)).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }

        stream = new NetworkStream(socket, ownsSocket: true);
        reader = new StreamReader(stream, Encoding.UTF8);
        return true;
    }

    private void Start()
    {
        if (child > 0)
        {
            Processes.Reap(child);
        }

        string program = Environment.ProcessPath ?? throw new IOException("start the resolver: the path of this program is not known");
        Directory.CreateDirectory(execRoot);
        using ChildProcess started = Spawner.Start(new SpawnRequest { Path = program, Arguments = [program, "resolver", SocketPath], NewSession = true });
        child = started.Pid;
    }

    private void Disconnect()
    {
        reader?.Dispose();
        stream?.Dispose();
        reader = null;
        stream = null;
    }
}
