using Wharf.Daemon.Events;
using Wharf.EngineApi.Engine;

namespace Wharf.Daemon.Tests.Events;

public sealed class EventFilterTests
{
    private static readonly EventMessage Start = Message("container", "start", "0123456789", ("name", "web"), ("image", "busybox:latest"), ("tier", "front"));
    private static readonly EventMessage Exec = Message("container", "exec_start: sh -c true", "0123456789", ("name", "web"), ("image", "busybox:latest"));
    private static readonly EventMessage Pull = Message("image", "pull", "127.0.0.1:5000/tools/box:1", ("name", "127.0.0.1:5000/tools/box"));
    private static readonly EventMessage Connect = Message("network", "connect", "feedbeef", ("name", "bridge"), ("container", "0123456789"));

    [Theory]
    [InlineData("{}", "start exec pull connect")]
    [InlineData("{\"type\":[\"container\"]}", "start exec")]
    [InlineData("{\"type\":{\"image\":true,\"network\":true}}", "pull connect")]
    [InlineData("{\"event\":[\"start\"]}", "start")]
    [InlineData("{\"event\":[\"exec_start\"]}", "exec")]
    [InlineData("{\"event\":[\"exec_start: sh -c true\"]}", "exec")]
    [InlineData("{\"container\":[\"web\"]}", "start exec")]
    [InlineData("{\"container\":[\"0123\"]}", "start exec")]
    [InlineData("{\"container\":[\"1234\"]}", "")]
    [InlineData("{\"network\":[\"bridge\"]}", "connect")]
    [InlineData("{\"network\":[\"feed\"]}", "connect")]
    [InlineData("{\"image\":[\"busybox\"]}", "start exec")]
    [InlineData("{\"image\":[\"busybox:latest\"]}", "start exec")]
    [InlineData("{\"image\":[\"127.0.0.1:5000/tools/box\"]}", "pull")]
    [InlineData("{\"image\":[\"127.0.0.1:5000/tools/box:1\"]}", "pull")]
    [InlineData("{\"label\":[\"tier\"]}", "start")]
    [InlineData("{\"label\":[\"tier=front\"]}", "start")]
    [InlineData("{\"label\":[\"tier=back\"]}", "")]
    [InlineData("{\"scope\":[\"local\"]}", "start exec pull connect")]
    [InlineData("{\"scope\":[\"swarm\"]}", "")]
    [InlineData("{\"volume\":[\"data\"]}", "")]
    public void Events_are_chosen_as_docker_chooses_them(string filters, string expected)
    {
        EventFilter filter = EventFilter.Parse(filters);
        (string Name, EventMessage Message)[] all = [("start", Start), ("exec", Exec), ("pull", Pull), ("connect", Connect)];

        Assert.Equal(expected, string.Join(' ', all.Where(one => filter.Accepts(one.Message)).Select(one => one.Name)));
    }

    [Fact]
    public void An_unknown_filter_is_refused() => Assert.Equal("invalid filter 'colour'", Assert.Throws<EngineException>(() => EventFilter.Parse("{\"colour\":[\"red\"]}")).Message);

    private static EventMessage Message(string type, string action, string id, params (string Name, string Value)[] attributes) =>
        new() { Type = type, Action = action, Actor = new EventActor { ID = id, Attributes = attributes.ToDictionary(pair => pair.Name, pair => pair.Value) } };
}
