using System.Diagnostics;
using System.Text.RegularExpressions;
using Wharf.Harness;

namespace Wharf.Vm;

/// <summary>A guest whose power is cut: qemu is killed, so that what the guest had not yet written to its disk is lost. The disk stays.</summary>
internal sealed partial class CutMachine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly TemporaryDirectory directory = new();
    private readonly Lock gate = new();
    private readonly List<string> said = [];

    internal CutMachine(Action<string> fill)
    {
        string payload = Directory.CreateDirectory(directory["payload"]).FullName;
        fill(payload);
        Command.Run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", payload, directory["payload.img"], "300M").Succeeds();
        Command.Run("mke2fs", "-q", "-t", "ext4", directory["data.img"], "256M").Succeeds();
    }

    /// <summary>What wharf-containerd had acknowledged, and nobody had begun to remove, when the power was last cut.</summary>
    internal List<string> Acknowledged { get; } = [];

    internal List<string> Faults { get; } = [];

    /// <summary>Boots, lets the guest look at what is there, and cuts the power: so long after so many acknowledgements; never when there is no moment.</summary>
    internal void Boot((int Acknowledgements, TimeSpan Then)? cut)
    {
        said.Clear();
        using Process qemu = Command.Start("qemu-system-x86_64", VirtualMachine.Hardware(
            $"wharf.first=/wharf/cut-in-guest wharf.acknowledged={string.Join(',', Acknowledged)}{(cut is null ? " wharf.last=1" : string.Empty)}", directory["payload.img"], directory["data.img"]));
        qemu.OutputDataReceived += (_, line) => Hear(line.Data);
        qemu.ErrorDataReceived += (_, line) => Hear(line.Data);
        qemu.BeginOutputReadLine();
        qemu.BeginErrorReadLine();
        qemu.StandardInput.Close();
        try
        {
            Await(qemu, "verified");
            Await(qemu, cut is null ? "done" : "acknowledged", cut?.Acknowledgements ?? 1);
            Thread.Sleep(cut?.Then ?? TimeSpan.Zero);
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }

        lock (gate)
        {
            Faults.AddRange(said.Where(words => words.StartsWith("fault ", StringComparison.Ordinal)));
            Acknowledged.Clear();
            foreach (string words in said)
            {
                (string what, _, string one) = (words.Split(' ')[0], 0, words.Split(' ')[^1]);
                if (what == "acknowledged")
                {
                    Acknowledged.Add(one);
                }
                else if (what == "removed")
                {
                    Acknowledged.RemoveAll(known => known.Split('=')[0] == one);
                }
            }
        }
    }

    public void Dispose() => directory.Dispose();

    private void Await(Process qemu, string word, int times = 1)
    {
        var limit = Stopwatch.StartNew();
        while (true)
        {
            lock (gate)
            {
                if (said.Count(words => words.Split(' ')[0] == word) >= times)
                {
                    return;
                }

                if (qemu.HasExited || limit.Elapsed > Patience)
                {
                    throw new InvalidOperationException($"the guest does not come to \"{word}\":\n{string.Join('\n', said)}");
                }
            }

            Thread.Sleep(20);
        }
    }

    private void Hear(string? line)
    {
        if (line is not null)
        {
            lock (gate)
            {
                // The point says that it is whole.
                Match match = Said().Match(line);
                said.Add(match.Success ? match.Groups[1].Value : $"({line})");
            }
        }
    }

    [GeneratedRegex(@"wharf: (.*)\.\r?$")]
    private static partial Regex Said();
}
