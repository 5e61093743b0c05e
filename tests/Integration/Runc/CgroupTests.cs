using System.Globalization;
using System.Text.Json;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>A container's processes are in its cgroup, in every hierarchy of the host.</summary>
public sealed class CgroupTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void First_process_and_exec_are_in_every_folder_of_the_record()
    {
        bundle.Arguments("sleep", "1000");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} create --bundle {Path.GetDirectoryName(bundle.Rootfs)} {id} </dev/null >/dev/null 2>&1").Succeeds();
        bundle.Runc("start", id).Succeeds();
        string pidFile = Path.Combine(bundle.StateRoot, "exec.pid");
        Command.Run("/bin/sh", "-c", $"exec {Programs.Runc} --root {bundle.StateRoot} exec --detach --pid-file {pidFile} {id} sleep 1000 </dev/null >/dev/null 2>&1").Succeeds();
        JsonElement record = JsonDocument.Parse(File.ReadAllText(Path.Combine(bundle.StateRoot, id, "state.json"))).RootElement;
        string first = record.GetProperty("initPid").GetInt32().ToString(CultureInfo.InvariantCulture);
        string second = File.ReadAllText(pidFile);

        string[] folders = [.. record.GetProperty("cgroupPaths").EnumerateArray().Select(path => path.GetString()!)];

        Assert.NotEmpty(folders);
        Assert.All(folders, folder => Assert.Equal(new HashSet<string> { first, second }, File.ReadAllLines(Path.Combine(folder, "cgroup.procs")).ToHashSet()));
    }
}
