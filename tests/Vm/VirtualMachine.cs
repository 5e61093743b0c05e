using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using Wharf.Harness;

namespace Wharf.Vm;

/// <summary>qemu with Debian's cloud kernel and the root of scripts/vm-image, which every machine gets as it was made.</summary>
internal sealed class VirtualMachine : IDisposable
{
    private const long ResultBytes = 16 << 20;
    private readonly TemporaryDirectory directory = new();
    private readonly StringBuilder console = new();

    private static string Image => Path.Combine(Programs.Checkout, "out", "vm");

    /// <summary>What the guest has written to its serial line.</summary>
    internal string Console
    {
        get
        {
            lock (console)
            {
                return console.ToString();
            }
        }
    }

    /// <summary>The files that the guest has put on its third disk.</summary>
    internal string Results => directory["results"];

    /// <summary>Makes the image if there is none yet: minutes.</summary>
    internal static void Prepare() =>
        Command.Run(Path.Combine(Programs.Checkout, "scripts", "vm-image"), [Image], timeout: TimeSpan.FromMinutes(10)).Succeeds();

    /// <summary>Boots with a folder as /wharf, and waits until the guest turns itself off.</summary>
    internal void Run(string folder, TimeSpan timeout)
    {
        Command.Run("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", folder, directory["wharf.img"], "400M").Succeeds();
        using (FileStream results = File.Create(directory["results.img"]))
        {
            results.SetLength(ResultBytes);
        }

        using Process qemu = Command.Start("qemu-system-x86_64", Hardware("systemd.show_status=0", directory["wharf.img"], directory["results.img"]));
        qemu.OutputDataReceived += (_, line) => Append(line.Data);
        qemu.ErrorDataReceived += (_, line) => Append(line.Data);
        qemu.BeginOutputReadLine();
        qemu.BeginErrorReadLine();
        qemu.StandardInput.Close();
        if (!qemu.WaitForExit(timeout))
        {
            qemu.Kill();
            qemu.WaitForExit();
            throw new TimeoutException($"the guest still runs after {timeout}:\n{Console}");
        }

        qemu.WaitForExit();
        Unpack();
    }

    public void Dispose() => directory.Dispose();

    /// <summary>The words of qemu for a guest with a disk that it reads and one that it writes.</summary>
    internal static string[] Hardware(string words, string read, string written) =>
    [
        // No processor of this machine: where there is a hypervisor it is of no use, where there is none it works as well.
        "-accel", "tcg,thread=multi", "-cpu", "Nehalem", "-smp", "2", "-m", "1536", "-nographic", "-no-reboot", "-nic", "none",
        "-kernel", Path.Combine(Image, "kernel"), "-initrd", Path.Combine(Image, "initrd"),
        "-append", $"console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on {words}",
        "-drive", $"file={Path.Combine(Image, "root.img")},format=raw,if=virtio,snapshot=on",
        "-drive", $"file={read},format=raw,if=virtio,readonly=on",
        "-drive", $"file={written},format=raw,if=virtio",
    ];

    private void Unpack()
    {
        Directory.CreateDirectory(Results);
        using FileStream results = File.OpenRead(directory["results.img"]);
        try
        {
            TarFile.ExtractToDirectory(results, Results, overwriteFiles: true);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidOperationException($"the guest has left no results:\n{Console}", error);
        }
    }

    private void Append(string? line)
    {
        if (line is not null)
        {
            lock (console)
            {
                console.Append(line).Append('\n');
            }
        }
    }
}
