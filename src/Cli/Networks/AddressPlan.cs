using System.Net;
using System.Text.Json;
using Wharf.Cli.CommandLine;

namespace Wharf.Cli.Networks;

/// <summary>Subnets of a new network, each with the range, gateway and auxiliary addresses that lie in it.</summary>
internal sealed class AddressPlan
{
    private readonly List<(string Text, IPNetwork Network, Dictionary<string, string> Auxiliary)> subnets = [];
    private readonly Dictionary<string, string> ranges = [];
    private readonly Dictionary<string, string> gateways = [];

    /// <exception cref="CommandException">They do not fit each other.</exception>
    internal static AddressPlan Of(IReadOnlyList<string> subnets, IReadOnlyList<string> ranges, IReadOnlyList<string> gateways, IReadOnlyDictionary<string, string> auxiliary)
    {
        if (subnets.Count < ranges.Count || subnets.Count < gateways.Count)
        {
            throw new CommandException("every ip-range or gateway must have a corresponding subnet");
        }

        var plan = new AddressPlan();
        foreach (string subnet in subnets)
        {
            plan.AddSubnet(subnet, alone: subnets.Count == 1 && ranges.Count + gateways.Count + auxiliary.Count == 0);
        }

        foreach (string range in ranges)
        {
            string on = plan.Holding(Prefix(range, "invalid CIDR address").BaseAddress, $"no matching subnet for range {range}");
            if (!plan.ranges.TryAdd(on, range))
            {
                throw new CommandException($"cannot configure multiple ranges ({range}, {plan.ranges[on]}) on the same subnet ({on})");
            }
        }

        foreach (string gateway in gateways)
        {
            string on = plan.Holding(Address(gateway), $"no matching subnet for gateway {gateway}");
            if (!plan.gateways.TryAdd(on, gateway))
            {
                throw new CommandException($"cannot configure multiple gateways ({gateway}, {plan.gateways[on]}) for the same subnet ({on})");
            }
        }

        foreach ((string name, string address) in auxiliary.Where(pair => pair.Value.Length > 0))
        {
            string on = plan.Holding(Address(address), $"no matching subnet for aux-address {address}");
            plan.subnets.First(subnet => subnet.Text == on).Auxiliary[name] = address;
        }

        return plan;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("Config");
        foreach ((string text, _, Dictionary<string, string> auxiliary) in subnets)
        {
            writer.WriteStartObject();
            writer.WriteString("Subnet", text);
            if (ranges.TryGetValue(text, out string? range))
            {
                writer.WriteString("IPRange", range);
            }

            if (gateways.TryGetValue(text, out string? gateway))
            {
                writer.WriteString("Gateway", gateway);
            }

            if (auxiliary.Count > 0)
            {
                writer.WriteStartObject("AuxiliaryAddresses");
                foreach ((string name, string address) in auxiliary)
                {
                    writer.WriteString(name, address);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private void AddSubnet(string text, bool alone)
    {
        if (alone && !IPNetwork.TryParse(text, out _))
        {
            // Nothing here depends on it: the engine says what is wrong.
            subnets.Add((text, default, []));
            return;
        }

        IPNetwork network = Prefix(text, "invalid subnet: invalid CIDR address");
        if (subnets.Any(other => Overlap(other.Network, network)))
        {
            throw new CommandException("multiple overlapping subnet configuration is not supported");
        }

        subnets.Add((text, network, []));
    }

    private string Holding(IPAddress address, string refusal) =>
        subnets.FirstOrDefault(subnet => subnet.Network.Contains(address)).Text ?? throw new CommandException(refusal);

    private static bool Overlap(IPNetwork left, IPNetwork right) => left.Contains(right.BaseAddress) || right.Contains(left.BaseAddress);

    private static IPAddress Address(string text) => IPAddress.TryParse(text, out IPAddress? address) ? address : throw new CommandException($"invalid IP address: {text}");

    /// <summary>The network that an address with a length lies in: host bits may be set.</summary>
    private static IPNetwork Prefix(string text, string refusal)
    {
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !IPAddress.TryParse(parts[0], out IPAddress? address) || !int.TryParse(parts[1], out int length))
        {
            throw new CommandException($"{refusal}: {text}");
        }

        byte[] bytes = address.GetAddressBytes();
        if (length < 0 || length > bytes.Length * 8)
        {
            throw new CommandException($"{refusal}: {text}");
        }

        for (int bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }
}
