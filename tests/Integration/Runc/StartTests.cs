using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>
/// What the start of the program reads. The mount table has a line for each mount of the host, so every reading of it costs more the
/// busier the host is; the linker options that keep the language runtime from it name functions of one version of .NET.
/// </summary>
public sealed partial class StartTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Nothing_of_mounts_or_cgroups_is_read_before_the_first_line_of_the_program()
    {
        Assert.Empty(Opened("--version"));
    }

    [Fact]
    public void A_run_reads_the_mount_table_at_most_once()
    {
        bundle.Arguments("true");

        List<string> opened = Opened("--root", bundle.StateRoot, "run", "--bundle", Path.GetDirectoryName(bundle.Rootfs)!, $"wharf-it-{Guid.NewGuid():N}");

        // Not at all where the cgroup hierarchies are in their usual places.
        Assert.Equal(["/proc/self/cgroup"], opened.Where(path => path != "/proc/self/mountinfo"));
        Assert.InRange(opened.Count, 1, 2);
    }

    [Fact]
    public void A_run_goes_through_sysfs_once_to_its_cgroups_and_lists_no_memory_nodes()
    {
        bundle.Arguments("true");

        string[] lines = [.. Trace("%file", "--root", bundle.StateRoot, "run", "--bundle", Path.GetDirectoryName(bundle.Rootfs)!, $"wharf-it-{Guid.NewGuid():N}").Where(line => line.Contains("AT_FDCWD, \"/sys/", StringComparison.Ordinal))];

        Assert.Single(lines, line => line.Contains("\"/sys/fs/cgroup\"", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("\"/sys/fs/cgroup/", StringComparison.Ordinal) || line.Contains("/node", StringComparison.Ordinal));
    }

    /// <summary>The opens of mount tables and of the program's own cgroup files, by all of its processes.</summary>
    private List<string> Opened(params string[] arguments) =>
        [.. Trace("open,openat,openat2", arguments).Select(line => Tables().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    private IEnumerable<string> Trace(string calls, params string[] arguments)
    {
        string trace = Path.Combine(Path.GetDirectoryName(bundle.Rootfs)!, "trace");
        Command.Run("strace", ["-f", "-qq", "-e", "trace=" + calls, "-o", trace, Programs.Runc, .. arguments]).Succeeds();
        return File.ReadLines(trace);
    }

    [GeneratedRegex("\"(/proc/[^\"]*/(?:mountinfo|mounts|cgroup)|/proc/mounts|/proc/cgroups|/sys/fs/cgroup/cgroup[^\"]*)\"")]
    private static partial Regex Tables();
}
