using System.Text;
using System.Text.Json;
using Wharf.Cli.CommandLine;
using Wharf.Cli.Networks;

namespace Wharf.Cli.Tests.Networks;

public sealed class AddressPlanTests
{
    [Fact]
    public void Each_address_goes_to_the_subnet_that_holds_it()
    {
        AddressPlan plan = AddressPlan.Of(["10.1.0.0/16", "fd00::/64"], ["10.1.2.0/24"], ["fd00::1", "10.1.0.1"], new Dictionary<string, string> { ["host"] = "10.1.0.9" });
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            plan.Write(writer);
            writer.WriteEndObject();
        }

        Assert.Equal(
            """{"Config":[{"Subnet":"10.1.0.0/16","IPRange":"10.1.2.0/24","Gateway":"10.1.0.1","AuxiliaryAddresses":{"host":"10.1.0.9"}},{"Subnet":"fd00::/64","Gateway":"fd00::1"}]}""",
            Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Theory]
    [InlineData("10.0.0.0/8 10.1.0.0/16", "", "", "multiple overlapping subnet configuration is not supported")]
    [InlineData("10.0.0.0/8", "11.0.0.0/24", "", "no matching subnet for range 11.0.0.0/24")]
    [InlineData("10.0.0.0/8", "", "11.0.0.1", "no matching subnet for gateway 11.0.0.1")]
    [InlineData("", "", "11.0.0.1", "every ip-range or gateway must have a corresponding subnet")]
    [InlineData("10.0.0.0/8 11.0.0.0/8", "", "10.0.0.1 10.0.0.2", "cannot configure multiple gateways (10.0.0.2, 10.0.0.1) for the same subnet (10.0.0.0/8)")]
    public void What_does_not_fit_is_refused(string subnets, string ranges, string gateways, string words)
    {
        static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        CommandException refusal = Assert.Throws<CommandException>(() => AddressPlan.Of(Split(subnets), Split(ranges), Split(gateways), new Dictionary<string, string>()));

        Assert.Equal(words, refusal.Message);
    }
}
