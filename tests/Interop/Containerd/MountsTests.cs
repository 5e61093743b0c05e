using System.Globalization;
using Grpc.Core;
using Wharf.ContainerdApi.Leases.V1;
using Wharf.ContainerdApi.Mounts.V1;
using Wharf.ContainerdApi.Types;
using Wharf.Harness;

namespace Wharf.Interop.Containerd;

/// <summary>Mounts that the daemon makes for clients.</summary>
public sealed class MountsTests(WharfContainerd containerd) : IClassFixture<WharfContainerd>
{
    private readonly string id = $"mounts-{Guid.NewGuid():N}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Work => Directory.CreateDirectory(Path.Combine(containerd.Store, id)).FullName;

    [Fact]
    public void A_filesystem_is_made_in_a_file_mounted_and_named_by_the_next_mount()
    {
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Mounts.MountsClient(channel.Calls);
        var request = new ActivateRequest
        {
            Name = "one",
            Labels = { ["a"] = "1" },
            Mounts =
            {
                new Mount { Type = "mkfs/ext4", Source = Path.Combine(Work, "image"), Options = { "X-containerd.mkfs.fs=ext4", "X-containerd.mkfs.size=16m", "rw", "loop" } },
                new Mount { Type = "format/mkdir/bind", Source = "{{ mount 0 }}/upper", Options = { "X-containerd.mkdir.path={{ mount 0 }}/upper:0750", "rbind" } },
            },
        };

        ActivationInfo info = client.Activate(request, cancellationToken: Cancellation).Info;

        string point = Assert.Single(info.Active).MountPoint;
        Assert.Contains(point, HostMounts.Below(containerd.Root));
        Mount left = Assert.Single(info.System);
        Assert.Equal(("bind", $"{point}/upper", "rbind"), (left.Type, left.Source, string.Join(',', left.Options)));
        Assert.Equal("750", Command.Run("stat", "-c", "%a", $"{point}/upper").Succeeds().Output.Trim());
        Assert.Equal(StatusCode.AlreadyExists, Refused(() => client.Activate(request, cancellationToken: Cancellation)));
        File.WriteAllText($"{point}/upper/kept", "kept");
        containerd.Kill();
        containerd.StartAgain();
        Assert.Equal(info, client.Info(new InfoRequest { Name = "one" }, cancellationToken: Cancellation).Info);
        client.Deactivate(new DeactivateRequest { Name = "one" }, cancellationToken: Cancellation);
        Assert.DoesNotContain(point, HostMounts.Below(containerd.Root));
        Assert.Equal(StatusCode.NotFound, Refused(() => client.Info(new InfoRequest { Name = "one" }, cancellationToken: Cancellation)));

        // The filesystem is made once: what is in it stays.
        point = client.Activate(request, cancellationToken: Cancellation).Info.Active[0].MountPoint;
        Assert.Equal("kept", File.ReadAllText($"{point}/upper/kept"));
        client.Deactivate(new DeactivateRequest { Name = "one" }, cancellationToken: Cancellation);
    }

    [Fact]
    public void A_file_becomes_a_device_until_it_is_let_go()
    {
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Mounts.MountsClient(channel.Calls);
        string file = Path.Combine(Work, "disk");
        using (FileStream made = File.Create(file))
        {
            made.SetLength(1 << 20);
        }

        ActivationInfo info = client.Activate(new ActivateRequest { Name = "disk", Mounts = { new Mount { Type = "loop", Source = file } } }, cancellationToken: Cancellation).Info;

        string device = new FileInfo(info.Active[0].MountPoint).LinkTarget!;
        Assert.StartsWith("/dev/loop", device, StringComparison.Ordinal);
        Assert.Contains(file, Command.Run("losetup", "-l", "-n", "-O", "BACK-FILE", device).Succeeds().Output, StringComparison.Ordinal);
        client.Deactivate(new DeactivateRequest { Name = "disk" }, cancellationToken: Cancellation);
        Assert.DoesNotContain(file, Command.Run("losetup", "-l", "-n", "-O", "BACK-FILE").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Temporary_ones_are_mounted_whole_listed_relabelled_and_end_with_their_lease()
    {
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Mounts.MountsClient(channel.Calls);
        var leases = new Leases.LeasesClient(channel.Calls);
        leases.Create(new CreateRequest { Id = "lease" }, cancellationToken: Cancellation);
        var request = new ActivateRequest { Name = "temporary", Temporary = true, Mounts = { new Mount { Type = "tmpfs", Source = "tmpfs", Options = { "size=1m" } } } };

        ActivationInfo info = client.Activate(request, new Metadata { { "containerd-lease", "lease" } }, cancellationToken: Cancellation).Info;

        Assert.Equal(("bind", info.Active[0].MountPoint), (info.System[0].Type, info.System[0].Source));
        var change = new UpdateRequest { Info = new ActivationInfo { Name = "temporary", Labels = { ["b"] = "2" } }, UpdateMask = new() { Paths = { "labels.b" } } };
        Assert.Equal("2", client.Update(change, cancellationToken: Cancellation).Info.Labels["b"]);
        var names = new List<string>();
        using (AsyncServerStreamingCall<ListMessage> list = client.List(new ContainerdApi.Mounts.V1.ListRequest { Filters = { "labels.b==2" } }, cancellationToken: Cancellation))
        {
            await foreach (ListMessage one in list.ResponseStream.ReadAllAsync(Cancellation))
            {
                names.Add(one.Info.Name);
            }
        }

        Assert.Equal(["temporary"], names);
        leases.Delete(new DeleteRequest { Id = "lease", Sync = true }, cancellationToken: Cancellation);
        Assert.DoesNotContain(info.Active[0].MountPoint, HostMounts.Below(containerd.Root));
    }

    [Fact]
    public void What_the_kernel_takes_what_is_wrong_and_what_is_elsewhere_is_refused_by_kind()
    {
        using var channel = new ContainerdChannel(containerd, id);
        var client = new Mounts.MountsClient(channel.Calls);
        StatusCode Of(params Mount[] mounts) => Refused(() => client.Activate(new ActivateRequest { Name = "refused", Mounts = { mounts } }, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.Unimplemented, Of(new Mount { Type = "bind", Source = "/tmp", Options = { "rbind" } }));
        Assert.Equal(StatusCode.Unimplemented, Of(new Mount { Type = "mkdir/bind", Source = "/tmp", Options = { string.Create(CultureInfo.InvariantCulture, $"X-containerd.mkdir.path=/tmp/{id}") } }));
        Assert.Equal(StatusCode.InvalidArgument, Of(new Mount { Type = "format/bind", Source = "{{ mount 3 }}" }));
        Assert.Equal(StatusCode.InvalidArgument, Of(new Mount { Type = "mkfs/ext4", Source = Path.Combine(Work, "x"), Options = { "loop" } }));
        Assert.Equal(StatusCode.Unknown, Of(new Mount { Type = "loop", Source = Path.Combine(Work, "nothere") }));
        Assert.False(Directory.Exists($"/tmp/{id}"));
        Assert.Equal(StatusCode.NotFound, Refused(() => client.Deactivate(new DeactivateRequest { Name = "refused" }, cancellationToken: Cancellation)));
        Assert.DoesNotContain(HostMounts.Below(containerd.Root), point => point.Contains("mount-manager", StringComparison.Ordinal));
    }

    private static StatusCode Refused(Action action) => Assert.Throws<RpcException>(action).StatusCode;
}
