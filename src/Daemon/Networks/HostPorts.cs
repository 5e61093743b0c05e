using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Wharf.Network;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>
/// The host's ports that containers have. Each is held by a socket, so no other program gets it; what the kernel's own path does
/// not carry arrives there, and is forwarded.
/// </summary>
internal sealed class HostPorts : IAsyncDisposable
{
    private const string LocalRange = "/proc/sys/net/ipv4/ip_local_port_range";
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<PortForwarder>> held = [];
    private readonly bool hasInet6 = HostNetwork.HasInet6;

    /// <summary>Takes a port for each request; a request for all addresses gives one for each family, with the same number.</summary>
    /// <exception cref="EngineException">Somebody else has it: none is taken then.</exception>
    internal IReadOnlyList<ContainerPort> Take(string container, IReadOnlyList<PortRequest> requests, IpAddress? address4, IpAddress? address6, IpAddress? binding)
    {
        lock (gate)
        {
            List<ContainerPort> taken = [];
            List<PortForwarder> forwarders = [];
            try
            {
                foreach (PortRequest request in requests)
                {
                    IReadOnlyList<PortForwarder> opened = Open(request, HostAddresses(request.HostAddress ?? binding), address4, address6);
                    forwarders.AddRange(opened);
                    taken.AddRange(opened.Select(one => new ContainerPort { Protocol = request.Protocol, Port = request.Port, HostAddress = one.HostAddress.ToString(), HostPort = one.HostPort }));
                }
            }
            catch
            {
                forwarders.ForEach(one => one.Dispose());
                throw;
            }

            Keep(container, forwarders);
            return taken;
        }
    }

    /// <summary>Takes again what a container had before a restart of the daemon, as far as nobody has taken it meanwhile.</summary>
    internal void Resume(string container, IReadOnlyList<ContainerPort> ports, IpAddress? address4, IpAddress? address6)
    {
        lock (gate)
        {
            List<PortForwarder> forwarders = [];
            foreach (ContainerPort port in ports.Where(one => one.HostPort > 0))
            {
                IpAddress host = IpAddress.Parse(port.HostAddress);
                if (Target(host, address4, address6) is { } target)
                {
                    try
                    {
                        forwarders.Add(new PortForwarder(port.Protocol, host, (ushort)port.HostPort, target, (ushort)port.Port));
                    }
                    catch (SocketException error)
                    {
                        // The kernel's path goes on without it.
                        Console.Error.WriteLine($"wharfd: hold port {port.HostPort}/{port.Protocol} of \"{port.HostAddress}\": {error.Message}");
                    }
                }
            }

            Keep(container, forwarders);
        }
    }

    internal void Release(string container)
    {
        lock (gate)
        {
            if (held.Remove(container, out List<PortForwarder>? forwarders))
            {
                forwarders.ForEach(one => one.Dispose());
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            foreach (PortForwarder forwarder in held.Values.SelectMany(one => one))
            {
                forwarder.Dispose();
            }

            held.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private void Keep(string container, List<PortForwarder> forwarders)
    {
        if (held.TryGetValue(container, out List<PortForwarder>? before))
        {
            before.AddRange(forwarders);
        }
        else
        {
            held[container] = forwarders;
        }
    }

    private IReadOnlyList<IpAddress> HostAddresses(IpAddress? wanted) =>
        wanted is { } one ? [one] : hasInet6 ? [IpAddress.V4(0), IpAddress.V6(0)] : [IpAddress.V4(0)];

    private static IpAddress? Target(IpAddress host, IpAddress? address4, IpAddress? address6) => host.IsV6 ? address6 ?? address4 : address4 ?? address6;

    private List<PortForwarder> Open(PortRequest request, IReadOnlyList<IpAddress> hosts, IpAddress? address4, IpAddress? address6)
    {
        (int first, int last) = request.First == 0 ? FreeRange() : (request.First, request.Last);
        int count = last - first + 1;
        int start = request.First == 0 ? RandomNumberGenerator.GetInt32(count) : 0;
        EngineException? refusal = null;
        for (int step = 0; step < count; step++)
        {
            ushort port = (ushort)(first + ((start + step) % count));
            List<PortForwarder> opened = [];
            try
            {
                foreach (IpAddress host in hosts)
                {
                    if (Target(host, address4, address6) is { } target)
                    {
                        opened.Add(new PortForwarder(request.Protocol, host, port, target, request.Port));
                    }
                }

                return opened;
            }
            catch (SocketException error)
            {
                opened.ForEach(one => one.Dispose());
                refusal = Refusal(request, hosts[opened.Count], port, error);
                if (error.SocketErrorCode != SocketError.AddressAlreadyInUse)
                {
                    break;
                }
            }
        }

        throw refusal ?? new EngineException(EngineErrorKind.System, "all ports are allocated");
    }

    private EngineException Refusal(PortRequest request, IpAddress host, ushort port, SocketException error)
    {
        bool ours = held.Values.SelectMany(one => one).Any(one => one.HostPort == port && one.Protocol == request.Protocol);
        string text = host.IsV6 ? $"[{host}]" : host.ToString();
        return new EngineException(EngineErrorKind.System, error.SocketErrorCode != SocketError.AddressAlreadyInUse ? $"failed to bind host port for {text}:{port}/{request.Protocol}: {error.Message.ToLowerInvariant()}"
            : ours ? $"Bind for {text}:{port} failed: port is already allocated"
            : $"failed to bind host port for {text}:{port}/{request.Protocol}: address already in use");
    }

    private static (int First, int Last) FreeRange()
    {
        string[] parts = File.ReadAllText(LocalRange).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return (int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
