using Microsoft.Win32.SafeHandles;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>CVE-2019-5736: whoever gets at the runtime's file by a process of a container cannot write to it.</summary>
public sealed class OwnFileTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void CVE_2019_5736_the_file_of_a_process_that_waits_for_its_start_is_on_a_read_only_mount()
    {
        // A copy that no other test executes: a file that is executed cannot be written anyway.
        string runtime = Path.Combine(Folder, "runtime");
        File.Copy(Programs.Runc, runtime);
        bundle.Arguments("true");
        Command.Run("/bin/sh", "-c", $"exec {runtime} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1").Succeeds();
        int process = System.Text.Json.JsonDocument.Parse(bundle.Runc("state", id).Succeeds().Output).RootElement.GetProperty("pid").GetInt32();
        using SafeFileHandle file = File.OpenHandle($"/proc/{process}/exe");
        Assert.Equal(new FileInfo(runtime).Length, RandomAccess.GetLength(file));
        bundle.Runc("delete", "--force", id).Succeeds();
        Assert.Empty(Leftovers.Of(bundle, id));

        IOException error = Assert.Throws<IOException>(() => File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}", FileMode.Open, FileAccess.Write).Dispose());

        Assert.Contains("Read-only file system", error.Message, StringComparison.OrdinalIgnoreCase);

        // By its own path it can be.
        File.OpenHandle(runtime, FileMode.Open, FileAccess.Write).Dispose();
    }

    [Theory]
    [InlineData("open_tree", "EPERM")]
    [InlineData("open_tree", "EINVAL")]
    [InlineData("mount_setattr", "ENOSYS")]
    public void CVE_2019_5736_where_there_is_no_read_only_mount_the_file_is_a_sealed_copy(string call, string error)
    {
        string runtime = Path.Combine(Folder, "runtime");
        File.Copy(Programs.Runc, runtime);
        bundle.Arguments("echo", "hello");

        // strace(1) lets the call of the runtime fail, not those of its child.
        string create = $"exec strace -o /dev/null -e inject={call}:error={error}:when=1 {runtime} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >{Folder}/output 2>&1";
        Command.Run("/bin/sh", "-c", create).Succeeds();
        int process = System.Text.Json.JsonDocument.Parse(bundle.Runc("state", id).Succeeds().Output).RootElement.GetProperty("pid").GetInt32();
        Assert.Contains("/memfd:wharf-runc", new FileInfo($"/proc/{process}/exe").LinkTarget, StringComparison.Ordinal);
        using SafeFileHandle file = File.OpenHandle($"/proc/{process}/exe", share: FileShare.ReadWrite);
        Assert.Equal(new FileInfo(runtime).Length, RandomAccess.GetLength(file));
        bundle.Runc("start", id).Succeeds();
        bundle.Runc("delete", "--force", id).Succeeds();
        Assert.Empty(Leftovers.Of(bundle, id));

        using SafeFileHandle again = File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Exception refused = Assert.ThrowsAny<Exception>(() => RandomAccess.Write(again, new byte[] { 1 }, 0));

        Assert.True(refused is UnauthorizedAccessException or IOException, refused.ToString());
        Assert.Equal(File.ReadAllBytes(Programs.Runc), File.ReadAllBytes(runtime));
    }
}
