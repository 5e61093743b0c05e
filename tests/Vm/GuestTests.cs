namespace Wharf.Vm;

/// <summary>The classes of tests/Integration, in a virtual machine with cgroup v2 and systemd. A failure here has the guest's words.</summary>
public sealed class GuestTests(GuestRun run) : IClassFixture<GuestRun>
{
    public static TheoryData<string> Classes => [.. GuestRun.Classes.Keys];

    [Theory]
    [MemberData(nameof(Classes))]
    public void The_class_passes_in_the_guest(string name)
    {
        IReadOnlyList<GuestResult> results = run.Of(name);
        string bad = string.Concat(results.Where(result => result.Outcome is not ("Pass" or "Skip")).Select(result => $"{result.Name} [{result.Outcome}]\n{result.Words}\n"));
        string skipped = string.Concat(results.Where(result => result.Outcome == "Skip").Select(result => $"{result.Name}: {result.Words}\n"));

        Assert.True(bad.Length == 0, bad);
        Assert.True(results.Count(result => result.Outcome == "Skip") <= GuestRun.Classes[name], skipped);
        Assert.True(results.Count > 0, $"no test of {name} has run:\n{run.Log}\n{run.Console}");
    }
}
