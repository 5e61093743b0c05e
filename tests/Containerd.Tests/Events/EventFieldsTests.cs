using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wharf.ContainerdApi.ObjectEvents;
using Wharf.ContainerdApi.TaskEvents;
using Wharf.Containerd.Events;

namespace Wharf.Containerd.Tests.Events;

public sealed class EventFieldsTests
{
    private static readonly ImageUpdate Image = new() { Name = "busybox", Labels = { ["a"] = "1", ["b.c"] = "2" } };
    private static readonly TaskExit Exit = new() { ContainerId = "one", Id = "exec", ExitStatus = 3 };
    private static readonly SnapshotPrepare Snapshot = new() { Key = "k", Snapshotter = "native" };

    [Theory]
    [InlineData("name", "busybox")]
    [InlineData("labels/a", "1")]
    [InlineData("labels/b/c", "2")]
    [InlineData("labels/d", null)]
    [InlineData("id", null)]
    public void An_image_is_asked_for_a_field_by_its_name(string path, string? expected) => Assert.Equal(expected, Find(Image, path));

    [Theory]
    [InlineData("container_id", "one")]
    [InlineData("id", "exec")]
    [InlineData("exit_status", null)]
    [InlineData("id/more", null)]
    public void An_exit_is_asked_for_a_field_by_its_name(string path, string? expected) => Assert.Equal(expected, Find(Exit, path));

    [Theory]
    [InlineData("key", "k")]
    [InlineData("parent", null)]
    [InlineData("snapshotter", "native")]
    public void A_snapshot_is_asked_for_a_field_by_its_name(string path, string? expected) => Assert.Equal(expected, Find(Snapshot, path));

    [Fact]
    public void What_is_no_event_of_ours_has_no_fields() => Assert.Null(Find(new Duration { Seconds = 1 }, "seconds"));

    private static string? Find(IMessage message, string path) =>
        EventFields.Find(new Any { TypeUrl = message.Descriptor.FullName, Value = message.ToByteString() }, ["event", .. path.Split('/')]);
}
