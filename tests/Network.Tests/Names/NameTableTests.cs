using Wharf.Network.Addresses;
using Wharf.Network.Names;
using Xunit;

namespace Wharf.Network.Tests.Names;

public sealed class NameTableTests
{
    private readonly NameTable table = new();

    [Fact]
    public void Names_are_those_of_own_networks_and_links_are_of_the_asker_alone()
    {
        NamedContainer web = Of("web", [End("n1", "web", "10.0.0.2", ("db", "store"))]);
        NamedContainer db = Of("db", [End("n1", "db", "10.0.0.3"), End("n2", "db", "10.9.0.3")]);
        NamedContainer far = Of("far", [End("n2", "far", "10.9.0.4")]);
        table.Replace([web, db, far]);
        Assert.Equal("10.0.0.3", Assert.Single(table.Resolve(web, "db")!).ToString());
        Assert.Equal("10.0.0.3", Assert.Single(table.Resolve(web, "store")!).ToString());
        Assert.Equal("10.9.0.3", Assert.Single(table.Resolve(far, "db")!).ToString());
        Assert.Null(table.Resolve(db, "store"));
        Assert.Null(table.Resolve(web, "far"));
        Assert.Equal("db.net-n1", table.Resolve(web, IpAddress.Parse("10.0.0.3")));
        Assert.Null(table.Resolve(web, IpAddress.Parse("10.9.0.4")));
        Assert.Equal("10.0.0.3", Assert.Single(table.Resolve(web, "db.net-n1")!).ToString());

        table.Remove("db");
        Assert.Null(table.Resolve(web, "db"));
    }

    [Fact]
    public void A_shared_alias_has_all_addresses()
    {
        table.Replace([Of("a", [End("n1", "same", "10.0.0.2")]), Of("b", [End("n1", "same", "10.0.0.3")])]);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], table.Resolve(table.Find("a")!, "same")!.Select(one => one.ToString()).Order());
    }

    private static NamedContainer Of(string id, IReadOnlyList<NamedEnd> ends) => new() { Id = id, Ends = ends };

    private static NamedEnd End(string network, string name, string address, params (string Target, string Alias)[] links) => new()
    {
        Network = network,
        NetworkName = "net-" + network,
        Names = [name],
        Addresses = [address],
        Links = links.ToDictionary(one => one.Alias, one => one.Target),
    };
}
