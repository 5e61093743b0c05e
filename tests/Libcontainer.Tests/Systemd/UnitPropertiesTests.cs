using Wharf.Libcontainer.Systemd;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Tests.Systemd;

/// <summary>Limits as properties, written as D-Bus lays them out.</summary>
public sealed class UnitPropertiesTests
{
    [Fact]
    public void Limits_have_systemds_names_and_units()
    {
        Dictionary<string, string> properties = UnitProperties.Of(new Resources
        {
            Memory = new Memory { Limit = 1000, Swap = 3000, Reservation = -1 },
            Cpu = new Cpu { Shares = 1024, Quota = 50_001, Period = 100_000, Cpus = "0,9", Mems = "0" },
            Pids = new Pids { Limit = -1 },
        }).ToDictionary(property => property.Name, property => Convert.ToHexString(Written(property)));

        Assert.Equal(Eight(1000), properties["MemoryMax"]);
        Assert.Equal(Eight(2000), properties["MemorySwapMax"]);
        Assert.Equal(Eight(ulong.MaxValue), properties["MemoryLow"]);
        Assert.Equal(Eight(100), properties["CPUWeight"]);
        Assert.Equal(Eight(100_000), properties["CPUQuotaPeriodUSec"]);

        // Up to the next step of ten milliseconds.
        Assert.Equal(Eight(510_000), properties["CPUQuotaPerSecUSec"]);
        Assert.Equal("020000000102", properties["AllowedCPUs"]);
        Assert.Equal("0100000001", properties["AllowedMemoryNodes"]);
        Assert.Equal(Eight(ulong.MaxValue), properties["TasksMax"]);
    }

    [Fact]
    public void What_is_not_limited_is_no_property()
    {
        Assert.Empty(UnitProperties.Of(new Resources { Memory = new Memory { Limit = 0 }, Cpu = new Cpu { Quota = 0 }, Pids = new Pids() }));
    }

    [Fact]
    public void An_array_has_its_length_without_the_space_before_its_first_element()
    {
        var writer = new BusWriter();
        UnitProperty.WriteAll(writer, [UnitProperty.Of("A", 5UL)]);

        // Length 24: name (4 + 2), signature (3), space to a multiple of 8, the number.
        Assert.Equal("18000000" + "00000000" + "010000004100" + "017400" + "00000000000000" + "0500000000000000", Convert.ToHexString(writer.ToArray()));
        Assert.Throws<ContainerException>(() => new BusReader(new byte[] { 9, 0, 0, 0, 65 }).Text());
    }

    private static byte[] Written(UnitProperty property)
    {
        var writer = new BusWriter();
        property.Write(writer);
        return writer.ToArray();
    }

    private static string Eight(ulong value) => Convert.ToHexString(BitConverter.GetBytes(value));
}
