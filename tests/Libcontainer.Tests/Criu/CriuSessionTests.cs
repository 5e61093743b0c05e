using Wharf.Libcontainer.Criu;
using Wharf.Linux;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>The conversation with "criu swrk", against a peer that plays criu.</summary>
public sealed class CriuSessionTests
{
    private static readonly CriuRequest Dump = new(CriuRequestKind.Dump);

    [Fact]
    public void Each_notification_is_answered_before_the_next_and_the_response_ends_it()
    {
        using var criu = new ScriptedCriu("/bin/true", (ScriptedCriu.Notification("pre-dump", 7), null), (ScriptedCriu.Notification("post-dump", 8), null), (ScriptedCriu.Response(CriuRequestKind.Dump), null));
        var seen = new List<(string?, int)>();

        criu.Session.Run(Dump, (notification, _) => seen.Add((notification.Script, notification.Pid)));
        criu.Close();

        Assert.Equal([("pre-dump", 7), ("post-dump", 8)], seen);
        Assert.Equal([Dump.Write(), CriuRequest.NotificationAnswer(true), CriuRequest.NotificationAnswer(true)], criu.Taken);
        Assert.Equal(["Using CRIU in DUMP mode", "notify: pre-dump", "notify: post-dump"], criu.Debug);
    }

    [Fact]
    public void A_descriptor_comes_with_its_notification()
    {
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using (read)
        using (write)
        using (var criu = new ScriptedCriu("/bin/true", (ScriptedCriu.Notification("orphan-pts-master", 1), write), (ScriptedCriu.Response(CriuRequestKind.Restore), null)))
        {
            criu.Session.Run(new CriuRequest(CriuRequestKind.Restore), (_, attached) => Files.Write(attached!, "x"u8, "pipe"));

            byte[] buffer = new byte[1];
            Assert.Equal(1, Files.Read(read, buffer, "pipe"));
            Assert.Equal((byte)'x', buffer[0]);
        }
    }

    [Fact]
    public void A_step_that_fails_is_told_to_criu_and_its_error_is_the_callers()
    {
        using var criu = new ScriptedCriu("/bin/true", (ScriptedCriu.Notification("setup-namespaces", 1), null));

        ContainerException error = Assert.Throws<ContainerException>(() => criu.Session.Run(Dump, (_, _) => throw new ContainerException("hook: no")));
        criu.Close();

        Assert.Equal("hook: no", error.Message);
        Assert.Equal(CriuRequest.NotificationAnswer(false), criu.Taken[1]);
    }

    [Fact]
    public void A_refusal_names_its_type_and_reason()
    {
        using var criu = new ScriptedCriu("/bin/true", (ScriptedCriu.Response(CriuRequestKind.PreDump, success: false, errno: 52, text: "no such task"), null));

        Assert.Equal("criu failed: type PRE_DUMP errno 52: no such task", Assert.Throws<CriuFailure>(() => criu.Session.Run(Dump, null)).Message);
    }

    [Fact]
    public void A_criu_that_ends_at_once_is_no_success()
    {
        using var criu = new ScriptedCriu("/bin/true", []);

        Assert.Equal("criu failed: it ended before it answered: exit status 0", Assert.Throws<ContainerException>(() => criu.Session.Run(Dump, null)).Message);
    }

    [Theory]
    [InlineData(1, "criu failed: exit status 1")]
    [InlineData(4, null)]
    public void A_bad_exit_after_a_good_answer_is_an_error_but_after_a_pre_dump(int kind, string? message)
    {
        using var criu = new ScriptedCriu("/bin/false", (ScriptedCriu.Response((CriuRequestKind)kind), null));

        Assert.Equal(message, Record.Exception(() => criu.Session.Run(new CriuRequest((CriuRequestKind)kind), null))?.Message);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_an_error()
    {
        using var criu = new ScriptedCriu("/bin/true", ([0x0a, 0xff, 0x01], null));

        Assert.Equal("criu's answer: malformed protobuf message", Assert.Throws<ContainerException>(() => criu.Session.Run(Dump, null)).Message);
    }
}
