using System.Diagnostics;
using System.Globalization;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>
/// A restore that is killed at any of its steps: strace(1) kills the runtime at its system call of one number after the other, with criu
/// at work beside it. A forced delete leaves neither the container nor a criu, and the image can be restored again.
/// </summary>
public sealed class KilledRestoreTests : IDisposable
{
    // Each is a run of strace and criu, and of delete.
    private const int MostSteps = 30;
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    private string Image => Path.Combine(Folder, "image");

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Each_step_of_restore_can_be_the_last()
    {
        Assert.SkipWhen(Criu.Program is null, Criu.Reason);

        // Its command line tells whose it is.
        bundle.Arguments("sh", "-c", $"while :; do sleep 1000; done; : {Folder}");
        Quiet($"exec {Programs.Runc} --root {bundle.StateRoot} run --detach --bundle {Folder} {id}").Succeeds();
        bundle.Runc("--criu", Criu.Program!, "checkpoint", "--image-path", Image, id).Succeeds();

        // A whole restore tells how many calls there are, and which is the first that leaves something.
        string trace = Path.Combine(Folder, "trace");
        Restore("-o", trace).Succeeds();
        string[] calls = [.. File.ReadLines(trace).Where(line => char.IsAsciiLetter(line[0]) && line.Contains('(', StringComparison.Ordinal))];
        string[] names = [.. calls.Select(line => line[..line.IndexOf('(', StringComparison.Ordinal)])];
        int first = Array.FindIndex(calls, line => line.StartsWith("mkdir", StringComparison.Ordinal) && line.Contains(bundle.StateRoot, StringComparison.Ordinal)) + 1;
        Assert.InRange(first, 1, calls.Length);
        Delete("the first");

        int killed = 0;
        foreach (int call in Steps(calls, first))
        {
            // strace counts each name by itself.
            int number = names.Take(call).Count(name => name == names[call - 1]);
            Command restore = Restore("-o", "/dev/null", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={names[call - 1]}:signal=KILL:when={number}"));
            killed += restore.ExitCode == 0 ? 0 : 1;
            Delete($"killed at call {call}, \"{calls[call - 1]}\"");
        }

        Assert.InRange(killed, MostSteps / 2, int.MaxValue);
        Restore("-o", "/dev/null").Succeeds();
        Assert.Contains("\"running\"", bundle.Runc("state", id).Succeeds().Output, StringComparison.Ordinal);
        Delete("the last");
    }

    /// <summary>Evenly, and each at which the runtime speaks with criu or waits for it: that is where criu is in the middle of something.</summary>
    private static IEnumerable<int> Steps(string[] calls, int first)
    {
        int stride = Math.Max(1, (calls.Length - first) / MostSteps);
        return Enumerable.Range(first, calls.Length - first + 1)
            .Where(call => (call - first) % stride == 0 || calls[call - 1].StartsWith("recvmsg", StringComparison.Ordinal) || calls[call - 1].StartsWith("sendmsg", StringComparison.Ordinal));
    }

    private Command Restore(params string[] trace) =>
        Quiet($"strace \"$@\" {Programs.Runc} --criu {Criu.Program} --root {bundle.StateRoot} restore --detach --image-path {Image} --bundle {Folder} {id}", trace);

    /// <summary>Streams away from the test's pipes, which a restored process would hold; the exit code of a program that was killed is the shell's 137.</summary>
    private static Command Quiet(string command, params string[] arguments) => Command.Run("/bin/sh", ["-c", command + " </dev/null >/dev/null 2>&1", "sh", .. arguments]);

    private void Delete(string when)
    {
        Command delete = bundle.Runc("delete", "--force", id);
        Assert.True(delete.ExitCode == 0, $"{when}: delete: {delete.Error}");
        IReadOnlyList<string> left = Leftovers.Of(bundle, id);
        Assert.True(left.Count == 0, $"{when}: {string.Join('\n', left)}");

        // A criu's command line names nothing; it has the image open.
        var limit = Stopwatch.StartNew();
        int[] criu = HoldingImage();
        while (criu.Length > 0 && limit.Elapsed < TimeSpan.FromSeconds(30))
        {
            Thread.Sleep(20);
            criu = HoldingImage();
        }

        Assert.True(criu.Length == 0, $"{when}: {string.Join('\n', criu.Select(process => $"process {process} {HostProcesses.CommandLine(process)}"))}");
    }

    private int[] HoldingImage() => [.. HostProcesses.All().Where(process => process != Environment.ProcessId && HoldsImage(process))];

    private bool HoldsImage(int process)
    {
        try
        {
            return HostProcesses.Descriptors(process).Any(path => path.StartsWith(Image, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }
}
