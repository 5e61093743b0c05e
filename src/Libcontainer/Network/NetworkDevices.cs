using System.Buffers.Binary;
using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Network;

/// <summary>
/// Moves devices of the host into the container's network namespace, under the name that the spec gives, with their lasting global
/// addresses, and up: config-linux.md, "Network Devices". The kernel gives them back, or ends them, with the namespace.
/// </summary>
internal static class NetworkDevices
{
    private const int LinkSize = 16;
    private const int AddressSize = 8;
    private const ushort NameAttribute = 3;
    private const ushort NamespaceAttribute = 28;

    internal static void Check(LinuxPlatform? linux)
    {
        if (linux?.NetDevices is not { Count: > 0 } devices)
        {
            return;
        }

        if (linux.Namespaces?.Any(place => place.Type == "network") != true)
        {
            throw new ContainerException("unable to move network devices without a private NET namespace");
        }

        foreach (string name in devices.SelectMany(pair => new[] { pair.Key, pair.Value.Name is { Length: > 0 } given ? given : pair.Key }))
        {
            if (name.Length is 0 or > 15 || name is "." or ".." || name.Any(letter => letter is '/' or ':' || char.IsWhiteSpace(letter)))
            {
                throw new ContainerException($"invalid network device name \"{name}\"");
            }
        }
    }

    internal static void Move(IReadOnlyDictionary<string, NetDevice> devices, string namespacePath)
    {
        using FileDescriptor target = Files.Open(namespacePath, OpenFlags.ReadOnly);
        using NetlinkSocket here = NetlinkSocket.OpenRoute();
        using NetlinkSocket there = OpenIn(target, namespacePath);
        foreach ((string name, NetDevice device) in devices)
        {
            string inside = device.Name is { Length: > 0 } given ? given : name;
            int index = Index(here, name, $"netDevice \"{name}\"");
            List<byte[]> addresses = Addresses(here, index, name);
            SetUp(here, index, up: false, $"set netDevice \"{name}\" down");

            // Name and namespace in one request: the name may be taken on one side or the other.
            new RouteRequest($"move netDevice \"{name}\" to \"{namespacePath}\" as \"{inside}\"", RouteRequest.NewLink, 0, Link(index))
                .With(NameAttribute, inside).With(NamespaceAttribute, target.Number).Ask(here);
            int moved = Index(there, inside, $"netDevice \"{inside}\" in \"{namespacePath}\"");
            addresses.ForEach(address => AddAddress(there, moved, address, inside));
            SetUp(there, moved, up: true, $"set netDevice \"{inside}\" up");
        }
    }

    /// <summary>A socket belongs to the namespace in which it was opened; this thread is there for no longer than that takes.</summary>
    private static NetlinkSocket OpenIn(FileDescriptor target, string path)
    {
        using FileDescriptor own = Files.Open("/proc/thread-self/ns/net", OpenFlags.ReadOnly);
        CurrentProcess.Join(target, CloneFlags.NewNet, path);
        try
        {
            return NetlinkSocket.OpenRoute();
        }
        finally
        {
            CurrentProcess.Join(own, CloneFlags.NewNet, "own network namespace");
        }
    }

    private static int Index(NetlinkSocket socket, string name, string step) =>
        BinaryPrimitives.ReadInt32LittleEndian(new RouteRequest(step, RouteRequest.GetLink, 0, Link(0)).With(NameAttribute, name).Ask(socket)[0].AsSpan(4));

    private static void SetUp(NetlinkSocket socket, int index, bool up, string step)
    {
        byte[] link = Link(index);
        link[8] = up ? (byte)1 : (byte)0;
        link[12] = 1;
        new RouteRequest(step, RouteRequest.NewLink, 0, link).Ask(socket);
    }

    /// <summary>struct ifinfomsg.</summary>
    private static byte[] Link(int index)
    {
        byte[] link = new byte[LinkSize];
        BinaryPrimitives.WriteInt32LittleEndian(link.AsSpan(4), index);
        return link;
    }

    /// <summary>Lasting addresses of global scope: others mean something on the old network only.</summary>
    private static List<byte[]> Addresses(NetlinkSocket socket, int index, string name)
    {
        const byte permanent = 0x80;
        const byte universe = 0;
        return [.. new RouteRequest($"read addresses of netDevice \"{name}\"", RouteRequest.GetAddress, RouteRequest.Dump, new byte[AddressSize]).Ask(socket)
            .Where(address => address.Length >= AddressSize && BinaryPrimitives.ReadInt32LittleEndian(address.AsSpan(4)) == index && (address[2] & permanent) != 0 && address[3] == universe)];
    }

    /// <summary>The same address on another device: family, length, and the attributes that name the address (1, 2) and its broadcast (4).</summary>
    private static void AddAddress(NetlinkSocket socket, int index, byte[] address, string name)
    {
        byte[] fixedPart = [address[0], address[1], 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(fixedPart.AsSpan(4), index);
        var request = new RouteRequest($"add an address to netDevice \"{name}\"", RouteRequest.NewAddress, RouteRequest.CreateNew, fixedPart);
        ReadOnlySpan<byte> left = address.AsSpan(AddressSize);
        while (left.Length >= 4)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(left);
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(left[2..]);
            if (length < 4 || length > left.Length)
            {
                break;
            }

            if (type is 1 or 2 or 4)
            {
                request.With(type, left[4..length]);
            }

            left = left[Math.Min(left.Length, (length + 3) & ~3)..];
        }

        request.Ask(socket);
    }
}
