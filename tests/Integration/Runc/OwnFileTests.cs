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
}
