using Wharf.Shim.Bootstrap;
using Wharf.Ttrpc;

namespace Wharf.Shim.Tests.Bootstrap;

/// <summary>Two messages come on the same stdin: their first fields are of the same kinds.</summary>
public sealed class BootstrapParametersTests
{
    private static readonly ShimOptions Options = ShimOptions.Parse(["-namespace", "ns", "-id", "one", "start"]);

    [Fact]
    public void Parameters_name_the_container_that_the_flags_name()
    {
        byte[] input = new ProtoWriter()
            .Text(1, "one")
            .Text(2, "ns")
            .Message(8, new ProtoWriter().Message(1, new ProtoWriter().Text(1, "types.containerd.io/containerd.runc.v1.Options").Bytes(2, new ProtoWriter().Text(3, "/shims").Text(6, "crun").ToArray())))
            .Text(9, "/run/sockets")
            .ToArray();

        BootstrapParameters? parameters = BootstrapParameters.Decode(input, Options);

        Assert.Equal((true, "/run/sockets", "/shims", "crun"), (parameters!.IsMessage, parameters.SocketFolder, parameters.Settings.ShimCgroup, parameters.Settings.BinaryName));
    }

    [Fact]
    public void Options_alone_are_not_parameters()
    {
        Assert.Null(BootstrapParameters.Decode(new ProtoWriter().Text(1, "containerd.runc.v1.Options").Bytes(2, "ns"u8).ToArray(), Options));
        Assert.Null(BootstrapParameters.Decode([], Options));
    }
}
