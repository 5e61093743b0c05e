using System.Globalization;
using Wharf.Harness;

namespace Wharf.Vm;

/// <summary>The power goes while images are pulled, snapshots committed and both removed: what was acknowledged is there, whole, and nothing else stays.</summary>
public sealed class PowerCutTests
{
    // WHARF_CUTS asks for more.
    private const int Cuts = 1;

    // The guest begins to remove after eight of them.
    private const int MostAcknowledgements = 8;
    private const int LongestMilliseconds = 1000;

    [Fact]
    public void What_was_acknowledged_outlives_cuts_at_random_moments()
    {
        int cuts = int.TryParse(Environment.GetEnvironmentVariable("WHARF_CUTS"), CultureInfo.InvariantCulture, out int asked) ? asked : Cuts;
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        VirtualMachine.Prepare();
        using var machine = new CutMachine(Fill);
        int looked = 0;
        for (int cut = 0; cut < cuts; cut++)
        {
            machine.Boot((random.Next(1, MostAcknowledgements + 1), TimeSpan.FromMilliseconds(random.Next(LongestMilliseconds))));
            looked += machine.Acknowledged.Count;
            Assert.True(machine.Faults.Count == 0, $"before cut {cut} of seed {seed}:\n{string.Join('\n', machine.Faults)}");
        }

        machine.Boot(cut: null);
        Assert.True(machine.Faults.Count == 0, $"after the last cut of seed {seed}:\n{string.Join('\n', machine.Faults)}");

        // A cut takes away what is being removed at that moment, but not always all.
        Assert.True(looked > 0 || cuts < 3, $"nothing was acknowledged before any of {cuts} cuts of seed {seed}");
        TestContext.Current.TestOutputHelper?.WriteLine($"{cuts} cuts, {looked} acknowledged pulls and commits looked at, seed {seed}");
    }

    private static void Fill(string payload)
    {
        string programs = Directory.CreateDirectory(Path.Combine(payload, "bin")).FullName;
        foreach (string program in new[] { Programs.Containerd, Path.Combine(Programs.Folder, "libe_sqlite3.so"), "/usr/bin/ctr", "/usr/bin/docker-registry" })
        {
            Command.Run("cp", "-L", program, programs).Succeeds();
        }

        Command.Run("cp", Path.Combine(Programs.Checkout, "tests", "Vm", "cut-in-guest"), payload).Succeeds();
        Command.Run("chmod", "755", Path.Combine(payload, "cut-in-guest")).Succeeds();
        CutImages.Make(payload);
    }
}
