using CsCheck;
using Wharf.Network.Firewall;
using Wharf.Network.Netlink;
using Xunit;

namespace Wharf.Network.Tests.Firewall;

public sealed class FirewallEventsTests
{
    /// <summary>Whatever the kernel or who stands for it sends: read, or refused with words.</summary>
    [Fact]
    public void Any_datagram_is_read_or_refused() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        using var events = new FirewallEvents("wharf", _ => false);
        try
        {
            _ = events.Read(bytes);
        }
        catch (NetlinkException)
        {
            // In words.
        }
    });

    [Fact]
    public void The_administrators_chain_is_listed_and_read_back()
    {
        const string listing = "table inet wharf {\n\tchain host {\n\t\ttcp dport 8080 drop\n\t\tip saddr { 10.0.0.0/8 } accept\n\t}\n}\n";
        Assert.Equal("tcp dport 8080 drop\nip saddr { 10.0.0.0/8 } accept", HostChain.Rules(listing));
        Assert.Equal("", HostChain.Rules("table inet wharf {\n\tchain host {\n\t}\n}\n"));
        Assert.Equal("", HostChain.Rules(""));
    }
}
