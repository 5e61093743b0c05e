using System.Globalization;
using System.Text.Json.Nodes;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>
/// A create that is killed at any of its steps: strace(1) kills it at its system call of one number after the other. What it has made by
/// then, a forced delete removes, and the id can be used again.
/// </summary>
public sealed class KilledCreateTests : IDisposable
{
    // Each is a run of strace, of delete and of another container.
    private const int MostSteps = 45;
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("time namespace, hooks, no pid namespace")]
    public void Each_step_of_create_can_be_the_last(string kind)
    {
        bundle.Arguments("true");
        if (kind != "plain")
        {
            bundle.Change(spec =>
            {
                JsonArray namespaces = spec["linux"]!["namespaces"]!.AsArray();
                namespaces.Remove(namespaces.First(one => (string?)one!["type"] == "pid"));
                namespaces.Add(new JsonObject { ["type"] = "time" });
                JsonArray hook() => [new JsonObject { ["path"] = "/bin/true" }];
                spec["hooks"] = new JsonObject { ["prestart"] = hook(), ["createRuntime"] = hook(), ["createContainer"] = hook(), ["poststop"] = hook() };
            });
        }

        // A whole create tells how many calls there are, and which is the first that leaves something.
        string trace = Path.Combine(Folder, "trace");
        Create("-o", trace).Succeeds();
        string[] calls = [.. File.ReadLines(trace).Where(line => char.IsAsciiLetter(line[0]) && line.Contains('(', StringComparison.Ordinal))];
        string[] names = [.. calls.Select(line => line[..line.IndexOf('(', StringComparison.Ordinal)])];
        int first = Array.FindIndex(calls, line => line.StartsWith("mkdir", StringComparison.Ordinal) && line.Contains(bundle.StateRoot, StringComparison.Ordinal)) + 1;
        Assert.InRange(first, 1, calls.Length);
        Delete();

        int killed = 0;
        int step = Math.Max(1, (calls.Length - first) / MostSteps);
        for (int call = first; call <= calls.Length; call += step)
        {
            // strace counts each name by itself.
            int number = names.Take(call).Count(name => name == names[call - 1]);
            Command create = Create("-o", "/dev/null", "-e", string.Create(CultureInfo.InvariantCulture, $"inject={names[call - 1]}:signal=KILL:when={number}"));
            killed += create.ExitCode == 0 ? 0 : 1;

            Delete();
            IReadOnlyList<string> left = Leftovers.Of(bundle, id);
            Assert.True(left.Count == 0, $"killed at call {call}, \"{calls[call - 1]}\": {string.Join('\n', left)}");
            Command run = bundle.Runc("run", id);
            Assert.True(run.ExitCode == 0, $"run after it was killed at call {call}: {run.Error}");
        }

        Assert.InRange(killed, MostSteps / 2, int.MaxValue);
    }

    /// <summary>Under strace, streams away from the test's pipes; the exit code of a program that was killed is the shell's 137.</summary>
    private Command Create(params string[] trace) =>
        Command.Run("/bin/sh", ["-c", $"strace \"$@\" {Programs.Runc} --root {bundle.StateRoot} create --bundle {Folder} {id} </dev/null >/dev/null 2>&1", "sh", .. trace]);

    private void Delete()
    {
        Command delete = bundle.Runc("delete", "--force", id);
        Assert.True(delete.ExitCode == 0, $"delete: {delete.Error}");
    }
}
