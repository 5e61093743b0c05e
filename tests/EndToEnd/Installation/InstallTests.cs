using Wharf.Harness;

namespace Wharf.EndToEnd.Installation;

/// <summary>What <c>make install</c> leaves: the files, and units whose very command lines make an engine.</summary>
public sealed class InstallTests : IDisposable
{
    private static readonly string[] ProgramNames = ["containerd-shim-wharf-v2", "wharf", "wharf-containerd", "wharf-runc", "wharfd"];
    private static readonly string[] UnitNames = ["wharf-containerd.service", "wharfd.service", "wharfd.socket"];
    private readonly TemporaryDirectory folder = new();

    private string Root => folder["root"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Programs_and_units_land_below_the_destination_with_their_modes()
    {
        Install(Root, "/usr").Succeeds();

        string[] files = [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [.. ProgramNames.Select(name => "usr/bin/" + name), .. UnitNames.Select(name => "usr/lib/systemd/system/" + name)],
            files.Where(file => !file.EndsWith(".so", StringComparison.Ordinal) && !file.StartsWith("usr/share/", StringComparison.Ordinal)));
        Assert.Superset(
            new HashSet<string>(["usr/share/man/man1/wharf.1", "usr/share/man/man1/wharf-container-run.1", "usr/share/bash-completion/completions/wharf", "usr/share/zsh/vendor-completions/_wharf", "usr/share/fish/vendor_completions.d/wharf.fish"]),
            new HashSet<string>(files));
        Assert.All(files, file => Assert.Equal(file.StartsWith("usr/bin/", StringComparison.Ordinal) && !file.EndsWith(".so", StringComparison.Ordinal) ? "755" : "644", Mode(file)));
        Assert.All(Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories), path => Assert.Equal("755", Mode(Path.GetRelativePath(Root, path))));
    }

    [Fact]
    public void Units_name_the_programs_where_they_will_be_and_not_where_they_were_put()
    {
        Install(Root, "/opt/wharf/").Succeeds();

        Assert.Equal("/opt/wharf/bin/wharf-containerd", CommandOf("/opt/wharf", "wharf-containerd.service").Split(' ')[0]);
        Assert.Equal("/opt/wharf/bin/wharfd", CommandOf("/opt/wharf", "wharfd.service").Split(' ')[0]);
        Assert.All(UnitNames, unit => Assert.DoesNotContain(Root, File.ReadAllText(Unit("/opt/wharf", unit)), StringComparison.Ordinal));
    }

    [Fact]
    public void An_installation_is_repeated_over_itself()
    {
        Install(Root, "/usr").Succeeds();
        long before = new FileInfo(Path.Combine(Root, "usr/bin/wharf")).Length;

        Install(Root, "/usr").Succeeds();

        Assert.Equal(before, new FileInfo(Path.Combine(Root, "usr/bin/wharf")).Length);
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.Combine(Root, "usr/bin")), path => path.EndsWith(".new", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("usr", "is no absolute path")]
    [InlineData("/opt/my programs", "characters that a unit file does not take")]
    public void A_prefix_that_no_unit_can_name_is_refused(string prefix, string cause)
    {
        Command install = Install(Root, prefix);

        Assert.NotEqual(0, install.ExitCode);
        Assert.Contains(cause, install.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public void Systemd_finds_no_fault_in_the_units()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "no systemd-analyze on this machine");
        Install("", Root).Succeeds();

        foreach (string unit in UnitNames)
        {
            Command verify = Command.Run("systemd-analyze", ["verify", Path.Combine(Root, "lib/systemd/system", unit)], environment: new Dictionary<string, string?> { ["SYSTEMD_UNIT_PATH"] = Path.Combine(Root, "lib/systemd/system") + ":" });

            Assert.True(verify.ExitCode == 0, verify.Error);
            Assert.DoesNotContain(verify.Error.Split('\n'), line => line.Contains("wharf", StringComparison.Ordinal));
        }
    }

    /// <summary>The command lines of the units, on a machine of their own: empty /run and /var/lib, no other program of ours in PATH.</summary>
    [Fact]
    public void The_units_command_lines_make_an_engine_that_the_client_finds()
    {
        Install("", Root).Succeeds();
        File.WriteAllText(folder["machine"], $$"""
            exec 2>&1
            mount -t tmpfs wharf-test /run
            mount -t tmpfs wharf-test /var/lib
            ip link set lo up
            await() { tries=600; until "$@" >/dev/null 2>&1; do tries=$((tries - 1)); [ $tries -gt 0 ] || { echo "no success: $*"; cat /run/*.log; exit 70; }; sleep 0.05; done; }
            # The daemon first: systemd gives no order between a start and the other's socket.
            {{CommandOf(Root, "wharfd.service", "")}} >/run/wharfd.log &
            {{CommandOf(Root, "wharf-containerd.service", "")}} >/run/wharf-containerd.log &
            await {{Root}}/bin/wharf image inspect busybox:latest
            {{Root}}/bin/wharf run --rm busybox:latest echo from the installed engine || { cat /run/*.log; exit 71; }
            stat -c 'socket %a' /run/docker.sock
            """);

        Command run = Command.Run(
            "unshare",
            ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "sh", folder["machine"]],
            timeout: TimeSpan.FromMinutes(2));

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("from the installed engine\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("socket 660\n", run.Output, StringComparison.Ordinal);
    }

    private static Command Install(string destination, string prefix) =>
        Command.Run("make", ["--no-print-directory", "-C", Programs.Checkout, "install", $"DESTDIR={destination}", $"PREFIX={prefix}"], timeout: TimeSpan.FromMinutes(10));

    private string Unit(string prefix, string name, string? root = null) => Path.Combine((root ?? Root) + prefix, "lib/systemd/system", name);

    private string CommandOf(string prefix, string unit, string? root = null) =>
        File.ReadLines(Unit(prefix, unit, root)).Single(line => line.StartsWith("ExecStart=", StringComparison.Ordinal))["ExecStart=".Length..];

    private string Mode(string path) => Command.Run("stat", "-c", "%a", Path.Combine(Root, path)).Succeeds().Output.Trim();
}
