using Wharf.Harness;

namespace Wharf.Integration.Runc;

/// <summary>Lines about the steps, with the words that readers of runc's know.</summary>
public sealed class DebugLogTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    private string Folder => Path.GetDirectoryName(bundle.Rootfs)!;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public void Without_the_flag_there_are_none()
    {
        bundle.Arguments("true");

        bundle.Runc("run", id).Succeeds();

        Assert.Equal("", File.ReadAllText(bundle.Log));
    }

    [Fact]
    public void They_go_to_stderr_without_a_file()
    {
        bundle.Arguments("echo", "hello");

        Command run = Command.Run(Programs.Runc, ["--debug", "--root", bundle.StateRoot, "run", id], workingDirectory: Folder).Succeeds();

        Assert.Equal("hello\n", run.Output);
        Tells(run.Error, "level=debug", "init: closing the pipe to signal completion");
    }

    [Fact]
    public void They_go_to_the_file_alone_in_its_format()
    {
        bundle.Arguments("true");

        Command run = bundle.Runc("--debug", "run", id).Succeeds();

        Assert.Equal("", run.Error);
        Tells(File.ReadAllText(bundle.Log), "\"level\":\"debug\"", "init: closing the pipe to signal completion");
    }

    [Fact]
    public void Those_of_an_exec_tell_its_first_processors()
    {
        using var container = new RunningContainer();
        string process = Path.Combine(container.Bundle.StateRoot, "process.json");
        File.WriteAllText(process, """{"cwd":"/","args":["true"],"env":["PATH=/bin"],"execCPUAffinity":{"initial":"0"}}""");

        container.Bundle.Runc("--debug", "exec", "--process", process, container.Id).Succeeds();

        string log = File.ReadAllText(container.Bundle.Log);
        Tells(log, "\"level\":\"debug\"", "setns_init: about to exec");
        Assert.Matches(@"nsexec\[\d+\]: affinity: 0x1""", log);
    }

    private static void Tells(string log, string level, string end)
    {
        Assert.Contains(level, log, StringComparison.Ordinal);
        foreach (string words in new[] { "nsexec container setup", "child process in init()", end })
        {
            Assert.Contains(words, log, StringComparison.Ordinal);
        }
    }
}
