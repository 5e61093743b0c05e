using System.Globalization;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Containers whose root is somebody else on the host, on layers that stay as they are.</summary>
public sealed class RemappedTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private const int Outside = 231072;
    private readonly string id = $"remapped-{Guid.NewGuid():N}";

    [Theory]
    [InlineData("0:1:x")]
    [InlineData("5:100000:10")]
    public void A_mapping_that_is_none_or_leaves_root_out_is_refused(string mapping)
    {
        using var channel = new ContainerdChannel(containerd);
        var request = new ContainerdApi.Snapshots.V1.PrepareSnapshotRequest { Snapshotter = "overlayfs", Key = id, Labels = { ["containerd.io/snapshot/uidmapping"] = mapping, ["containerd.io/snapshot/gidmapping"] = "0:1:1" } };
        Grpc.Core.RpcException error = Assert.Throws<Grpc.Core.RpcException>(() => new ContainerdApi.Snapshots.V1.Snapshots.SnapshotsClient(channel.Calls).Prepare(request, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(Grpc.Core.StatusCode.InvalidArgument, error.StatusCode);
        Assert.DoesNotContain(id, containerd.Ctr("snapshots", "ls").Succeeds().Output, StringComparison.Ordinal);
    }
}
