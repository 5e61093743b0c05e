using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.Interop.Clients;

/// <summary>Debian's docker-compose: what a user of it does with a project.</summary>
[Collection(ClientEngineDefinition.Name)]
public sealed class ComposeTests(ComposeProject project) : IClassFixture<ComposeProject>
{
    [Fact]
    public void A_service_waits_for_the_health_of_another()
    {
        Assert.Contains("Up (healthy)", project.Run("ps").Succeeds().Output, StringComparison.Ordinal);
        string log = project.Run("logs", "--no-color", "waiter").Succeeds().Output;
        Assert.Contains("| hello", log, StringComparison.Ordinal);
        Assert.Contains("| kept", log, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_run_in_a_service_and_beside_it()
    {
        Command exec = project.Run("exec", "-T", "-e", "WHERE=here", "-w", "/tmp", "waiter", "sh", "-c", "echo $WHERE $PWD; grep -c ' /scratch tmpfs' /proc/mounts; exit 3");
        Assert.Equal((3, "here /tmp\n1\n"), (exec.ExitCode, exec.Output));
        Command run = project.Run("run", "--rm", "--no-deps", "-T", "waiter", "sh", "-c", "cat /data/file; exit 4");
        Assert.Equal((4, "kept\n"), (run.ExitCode, run.Output));
        Assert.Contains("sleep 1000", project.Run("top", "waiter").Succeeds().Output, StringComparison.Ordinal);
        Assert.Contains("busybox", project.Run("images").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_find_each_other_by_name_and_the_host_finds_a_port()
    {
        project.Run("exec", "-T", "waiter", "ping", "-c", "1", "-W", "5", "web").Succeeds();
        project.Run("exec", "-T", "waiter", "ping", "-c", "1", "-W", "5", "server").Succeeds();
        using var client = new HttpClient();
        string address = project.Run("port", "server", "8080").Succeeds().Output.Trim();

        Assert.Equal("served\n", await client.GetStringAsync($"http://{address}/index.html", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_service_is_paused_stopped_and_started_again()
    {
        project.Run("pause", "server").Succeeds();
        Assert.Contains("Paused", project.Run("ps").Succeeds().Output, StringComparison.Ordinal);
        project.Run("unpause", "server").Succeeds();
        project.Run("stop", "-t", "0", "server").Succeeds();
        Assert.Contains("Exit 137", project.Run("ps").Succeeds().Output, StringComparison.Ordinal);
        project.Run("start", "server").Succeeds();
        project.Run("restart", "-t", "0", "server").Succeeds();
        project.Run("kill", "server").Succeeds();
        project.Run("up", "-d").Succeeds();
        Assert.Contains("Up (healthy)", project.Run("ps").Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_service_is_made_anew()
    {
        string before = project.Run("ps", "-q", "waiter").Succeeds().Output;
        string server = project.Run("ps", "-q", "server").Succeeds().Output;
        project.Run([("GREETING", "changed")], "up", "-d", "-t", "0").Succeeds();

        Assert.NotEqual(before, project.Run("ps", "-q", "waiter").Succeeds().Output);
        Assert.Equal(server, project.Run("ps", "-q", "server").Succeeds().Output);
        Assert.Contains("| changed", project.Run("logs", "--no-color", "waiter").Succeeds().Output, StringComparison.Ordinal);
        project.Run("up", "-d", "-t", "0", "--scale", "waiter=3").Succeeds();
        Assert.Equal(3, Lines(project.Run("ps", "-q", "waiter").Succeeds().Output).Length);
        project.Run("up", "-d", "-t", "0", "--scale", "waiter=1").Succeeds();
        Assert.Single(Lines(project.Run("ps", "-q", "waiter").Succeeds().Output));
    }

    [Fact]
    public async Task Events_are_followed()
    {
        using Process listener = project.Open("events");
        try
        {
            // What is told depends on when it began to listen: the restarts go on until one is seen.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            Task<bool> seen = SeesAsync(listener, "container die", limit.Token);
            while (!seen.IsCompleted)
            {
                project.Run("restart", "-t", "0", "waiter").Succeeds();
            }

            Assert.True(await seen);
        }
        finally
        {
            listener.Kill();
            await listener.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void Nothing_is_left_of_a_project_that_is_taken_down()
    {
        project.Run("down", "-v", "-t", "0").Succeeds();

        Assert.Equal("", project.Docker("ps", "-aq", "--filter", "label=" + project.Label));
        Assert.Equal("", project.Docker("volume", "ls", "-q", "--filter", "label=" + project.Label));
        Assert.Equal("", project.Docker("network", "ls", "-q", "--filter", "label=" + project.Label));
        project.Run("up", "-d").Succeeds();
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<bool> SeesAsync(Process process, string words, CancellationToken cancellation)
    {
        while (await process.StandardOutput.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Contains(words, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
