using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Attributes of a bind mount whose source has some: with the runtime's rights over all of them, and in a user namespace, where they are locked.</summary>
public sealed class BindAttributeTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly TemporaryDirectory share = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public BindAttributeTests() => Command.Run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", share.Path).Succeeds();

    public void Dispose()
    {
        bundle.Dispose();
        Command.Run("umount", share.Path);
        share.Dispose();
    }

    [Theory]
    [InlineData("ro,noexec,nodiratime", "bind", "ro,noexec,nodiratime,relatime")]
    [InlineData("ro,noexec,nodiratime", "bind,dev", "rw,nodiratime,relatime")]
    [InlineData("ro", "bind,nosuid,nodev", "rw,nosuid,nodev,relatime")]
    [InlineData("ro", "bind,rw", "rw,relatime")]
    [InlineData("nosuid,nodev,noexec,noatime", "bind,dev,suid,exec,atime", "rw,noatime")]
    [InlineData("nosuid,nodev,noexec,noatime", "bind,ro", "ro,noatime")]
    [InlineData("noatime", "bind,relatime", "rw,relatime")]
    [InlineData("noatime", "bind,nodiratime", "rw,nodiratime,relatime")]
    [InlineData("nodiratime", "bind,strictatime", "rw")]
    [InlineData("noatime", "bind,nodiratime,strictatime", "rw,nodiratime")]
    public void What_an_entry_names_is_what_the_mount_has(string source, string options, string expected)
    {
        Prepare(source, options);

        Assert.Equal(expected, bundle.Runc("run", id).Succeeds().Output.Trim());
    }

    [Theory]
    [InlineData("ro,noexec", "bind", "ro,noexec,relatime")]
    [InlineData("ro,noexec", "bind,dev", "ro,noexec,relatime")]
    [InlineData("nosuid,nodev,noexec,noatime", "bind,ro", "ro,nosuid,nodev,noexec,noatime")]
    [InlineData("noatime", "bind,atime", "rw,noatime")]
    [InlineData("strictatime", "bind", "rw")]
    public void In_a_user_namespace_what_is_locked_stays(string source, string options, string expected)
    {
        UserNamespaceTests.Map(bundle);
        Prepare(source, options);

        Assert.Equal(expected, bundle.Runc("run", id).Succeeds().Output.Trim());
    }

    [Theory]
    [InlineData("ro", "bind,rw,nosuid")]
    [InlineData("nodev,nosuid", "bind,dev,suid")]
    [InlineData("relatime", "bind,strictatime")]
    [InlineData("noatime", "bind,relatime")]
    [InlineData("strictatime", "bind,noatime")]
    public void In_a_user_namespace_what_is_locked_cannot_be_asked_away(string source, string options)
    {
        UserNamespaceTests.Map(bundle);
        Prepare(source, options);

        Command run = bundle.Runc("run", id);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("runc run failed: unable to start container process: error during container init: error mounting ", run.Error, StringComparison.Ordinal);
        Assert.Contains("operation not permitted", run.Error, StringComparison.Ordinal);
    }

    private void Prepare(string source, string options)
    {
        Command.Run("mount", "-o", "remount,bind," + source, share.Path).Succeeds();
        bundle.Change(spec => spec["mounts"]!.AsArray().Add(new JsonObject
        {
            ["destination"] = "/data",
            ["type"] = "bind",
            ["source"] = share.Path,
            ["options"] = new JsonArray([.. options.Split(',').Select(option => (JsonNode)option)]),
        }));

        // The sixth field is of the mount alone, without its filesystem's.
        bundle.Arguments("sh", "-c", "grep ' /data ' /proc/self/mountinfo | cut -d' ' -f6");
    }
}
