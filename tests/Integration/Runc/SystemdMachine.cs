using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Debian's systemd as the first process of a machine made of namespaces, with cgroup v2 alone and a cgroup of its own as its root.</summary>
internal sealed class SystemdMachine : IDisposable
{
    private const string Boot = """
        while umount -R /sys/fs/cgroup 2>/dev/null; do :; done
        mount -t proc proc /proc && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 99
        mkdir /sys/fs/cgroup/$0 && echo $$ >/sys/fs/cgroup/$0/cgroup.procs || exit 99
        exec unshare --cgroup /bin/sh -c '
            umount /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 99
            mount -t tmpfs tmpfs /run
            mkdir -p /run/systemd/system /run/lock
            echo 0123456789abcdef0123456789abcdef >/run/machine-id
            [ ! -e /etc/machine-id ] || mount --bind /run/machine-id /etc/machine-id
            printf "[Unit]\nDescription=nothing to start\nDefaultDependencies=no\n" >/run/systemd/system/wharf-test.target
            export container=wharf-test
            exec /lib/systemd/systemd --system --unit=wharf-test.target --log-target=console --log-level=warning
        '
        """;

    private readonly string name = $"wharf-sd-{Guid.NewGuid():N}";
    private readonly Process unshare;
    private readonly string init;

    internal SystemdMachine()
    {
        Assert.SkipUnless(File.Exists("/lib/systemd/systemd"), "systemd is not installed");
        unshare = Command.Start("unshare", ["--mount", "--pid", "--fork", "--uts", "--ipc", "--kill-child", "--propagation", "private", "/bin/sh", "-c", Boot, name]);
        string children = $"/proc/{unshare.Id}/task/{unshare.Id}/children";
        bool started = SpinWait.SpinUntil(() => unshare.HasExited || (File.ReadAllText(children).Trim() is { Length: > 0 } child && File.Exists($"/proc/{child}/root/run/systemd/private")), TimeSpan.FromSeconds(30));
        if (!started || unshare.HasExited)
        {
            Dispose();
            Assert.Skip("systemd does not start here");
        }

        init = File.ReadAllText(children).Trim();
    }

    internal Command Run(string script, string? input = null) => Command.Run("nsenter", ["--target", init, "--mount", "--pid", "--cgroup", "--ipc", "/bin/sh", "-c", script], input);

    public void Dispose()
    {
        if (!unshare.HasExited)
        {
            // Its child dies with it, and all processes of the machine with that.
            unshare.Kill();
            unshare.WaitForExit();
        }

        unshare.Dispose();
        SpinWait.SpinUntil(
            () =>
            {
                foreach (string folder in HostCgroups.Below("/" + name).Reverse())
                {
                    Command.Run("rmdir", folder);
                }

                return HostCgroups.Below("/" + name).Count == 0;
            },
            TimeSpan.FromSeconds(20));
    }
}
