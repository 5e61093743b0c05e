using System.Security.Cryptography;
using Wharf.Linux;
using Wharf.Network.Addresses;

namespace Wharf.Daemon.Networks;

/// <summary>
/// The engine's own part of the unique local addresses, RFC 4193: chosen at random once and kept, so that networks of two hosts
/// that are joined one day do not overlap, and a network that is made again may have its old addresses.
/// </summary>
internal static class LocalPrefix
{
    private const int Length = 48;
    private const int SubnetLength = 64;

    internal static SubnetChoice ReadOrMake(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "local-prefix");
        if (!File.Exists(path) || !IpSubnet.TryParse(File.ReadAllText(path).Trim(), out IpSubnet prefix) || !prefix.IsV6 || prefix.Length != Length)
        {
            byte[] bytes = new byte[16];
            RandomNumberGenerator.Fill(bytes.AsSpan(1, 5));
            bytes[0] = 0xfd;
            prefix = new IpSubnet(IpAddress.Read(bytes), Length);
            string next = path + ".next";
            File.WriteAllText(next, prefix + "\n");
            Files.Rename(next, path);
        }

        return new SubnetChoice([(prefix, SubnetLength)]);
    }
}
