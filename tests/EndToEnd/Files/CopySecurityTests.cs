using Wharf.Harness;

namespace Wharf.EndToEnd.Files;

/// <summary>What containers have done to the host while files were copied, and cannot do here.</summary>
public sealed class CopySecurityTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IDisposable
{
    private const int Attempts = 60;
    private readonly Engine engine = fixture.Engine;
    private readonly string name = $"r{Guid.NewGuid():N}";
    private readonly TemporaryDirectory folder = new();

    public void Dispose()
    {
        engine.Docker("rm", "-f", "-v", name);
        folder.Dispose();
    }

    [Fact]
    public void CVE_2018_15664_2026_41568_2026_42306_links_that_are_swapped_lead_nowhere_on_the_host()
    {
        string outside = Directory.CreateDirectory(folder["outside"]).FullName;
        File.WriteAllText(Path.Combine(outside, "secret"), "of the host");
        File.WriteAllText(folder["file"], "copied");

        // A folder and a link to a folder of the host change places as fast as they can.
        engine.Docker("run", "-d", "--name", name, "busybox:latest", "sh", "-c", $"mkdir -p /work/a; ln -s {outside} /work/b; cd /work; while :; do mv a c; mv b a; mv a b; mv c a; done").Succeeds();
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            Command.Run("/bin/sh", ["-c", $"tar -C {folder.Path} -cf - file | curl -s --unix-socket {engine.Socket} -X PUT --data-binary @- 'http://wharf/containers/{name}/archive?path=/work/a'"]);
            Command read = Command.Run("/bin/sh", ["-c", $"curl -s --unix-socket {engine.Socket} 'http://wharf/containers/{name}/archive?path=/work/a/.' | tar -xOf - 2>/dev/null"]);
            Assert.DoesNotContain("of the host", read.Output, StringComparison.Ordinal);
        }

        Assert.Equal(["secret"], Directory.GetFiles(outside).Select(Path.GetFileName));
    }

    [Fact]
    public void CVE_2018_15664_an_absolute_link_of_a_container_still_works_in_it()
    {
        engine.Docker("run", "--name", name, "busybox:latest", "sh", "-c", "mkdir -p /run/x; rm -rf /var/run; ln -s /run /var/run; echo inside >/run/x/file").Succeeds();

        engine.Docker("cp", name + ":/var/run/x/file", folder["got"]).Succeeds();

        Assert.Equal("inside\n", File.ReadAllText(folder["got"]));
    }

    [Fact]
    public void CVE_2019_14271_2026_41567_nothing_of_the_container_is_run_while_files_are_copied()
    {
        // Every library and every program that a helper could want is one that leaves a trace.
        string trap = folder["trace"];
        string script = $"for f in /lib/libnss_files.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 /bin/xz /usr/bin/xz /bin/unpigz /usr/bin/unpigz /bin/gzip /bin/tar; do mkdir -p ${{f%/*}}; rm -f $f; printf '#!/bin/sh\\ntouch {trap}\\n' >$f; chmod 755 $f; done";
        engine.Docker("run", "--name", name, "busybox:latest", "sh", "-c", script).Succeeds();
        Command.Run("/bin/sh", ["-c", $"cd {folder.Path} && echo x >file && tar -czf packed.tgz file"]).Succeeds();

        Command.Run("curl", ["-fs", "--unix-socket", engine.Socket, "-X", "PUT", "--data-binary", "@" + folder["packed.tgz"], $"http://wharf/containers/{name}/archive?path=/root"]).Succeeds();
        engine.Docker("cp", name + ":/root/file", folder["back"]).Succeeds();

        Assert.Equal("x\n", File.ReadAllText(folder["back"]));
        Assert.False(File.Exists(trap));
    }

    [Fact]
    public void CVE_2026_94603_an_image_loosens_nothing()
    {
        engine.Docker("create", "--name", name, "busybox:latest").Succeeds();
        engine.Docker("commit", "-c", "LABEL com.docker.security.privileged=true io.kubernetes.cri-o.userns-mode=host org.opencontainers.runtime.privileged=true", name, name + ":labels").Succeeds();
        try
        {
            Assert.Equal(
                engine.Docker("run", "--rm", "busybox:latest", "grep", "-E", "Cap|NoNewPrivs|Seccomp", "/proc/self/status").Succeeds().Output,
                engine.Docker("run", "--rm", name + ":labels", "grep", "-E", "Cap|NoNewPrivs|Seccomp", "/proc/self/status").Succeeds().Output);
        }
        finally
        {
            engine.Docker("rmi", "-f", name + ":labels");
        }
    }
}
