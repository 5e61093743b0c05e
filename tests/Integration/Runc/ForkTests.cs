using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Decision 0001: a clone from managed code never leaves a child behind that waits for a lock.</summary>
public sealed class ForkTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void A_thousand_containers_in_a_row_all_run()
    {
        bundle.Arguments("true");
        string loop = $"i=0; while [ $i -lt 1000 ]; do i=$((i+1)); timeout 20 {Programs.Runc} --root {bundle.StateRoot} run --bundle {Path.GetDirectoryName(bundle.Rootfs)} wharf-fork-$$ || exit 1; done; echo $i";

        Command run = Command.Run("/bin/sh", ["-c", loop], timeout: TimeSpan.FromMinutes(5));

        Assert.Equal((0, "1000\n"), (run.ExitCode, run.Output));
    }
}
