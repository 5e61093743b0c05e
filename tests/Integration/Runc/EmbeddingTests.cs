using Wharf.Harness;
using Wharf.Libcontainer;
using Wharf.Libcontainer.Embedding;
using Wharf.Oci.Runtime;

namespace Wharf.Integration.Runc;

/// <summary>The library as a program of others uses it: from a test, which has many threads.</summary>
public sealed class EmbeddingTests : IDisposable
{
    private readonly BusyboxBundle bundle = new();
    private readonly TemporaryDirectory root = new();
    private readonly ContainerRuntime runtime;
    private readonly string id = $"wharf-it-{Guid.NewGuid():N}";

    public EmbeddingTests() => runtime = new ContainerRuntime(Programs.Runc, root.Path);

    public void Dispose()
    {
        foreach (string left in runtime.List())
        {
            runtime.Find(left).Delete(force: true);
        }

        bundle.Dispose();
        root.Dispose();
    }

    [Fact]
    public void A_program_of_a_spec_runs_to_its_end_and_nothing_is_left()
    {
        Container container = runtime.FromSpec(id, ContainerSpec.Of(bundle.Rootfs, "sh", "-c", "cat; echo problem >&2; exit 7"));
        using ContainerProcess program = container.Start(StandardStreams.Piped);
        using (program.Input)
        {
            program.Input!.Write("what goes in"u8);
        }

        using var output = new StreamReader(program.Output!);
        using var error = new StreamReader(program.Error!);
        Assert.Equal(("what goes in", "problem\n"), (output.ReadToEnd(), error.ReadToEnd()));
        Assert.Equal(7, program.Wait());
        Assert.Equal(7, program.Wait());
        Assert.Equal(ContainerStatus.Stopped, container.Status);

        container.Delete();

        Assert.Empty(runtime.List());
        Assert.False(Directory.Exists(container.Bundle));
    }

    [Fact]
    public void A_container_of_a_bundle_is_watched_limited_and_ended()
    {
        bundle.Arguments("sleep", "1000");
        Container container = runtime.FromBundle(id, Path.GetDirectoryName(bundle.Rootfs)!);
        using ContainerProcess program = container.Start(StandardStreams.None);
        Assert.Equal((ContainerStatus.Running, null), (container.Status, program.Wait(TimeSpan.Zero)));
        Assert.Contains(program.Id, container.Processes);

        container.Limit(new Resources { Memory = new Memory { Limit = 64 << 20 } });
        ContainerUsage usage = container.Usage();
        Assert.Equal(64ul << 20, usage.MemoryLimit);
        Assert.InRange(usage.Tasks, 1ul, 10ul);

        Process process = new() { Args = ["sh", "-c", "exit 3"], Cwd = "/", Env = ["PATH=/bin"] };
        using (ContainerProcess one = container.Exec(process, StandardStreams.None))
        using (ContainerProcess other = container.Exec("sh", "-c", "exit 4"))
        {
            Assert.Equal((3, 4), (one.Wait(), other.Wait()));
        }

        container.Pause();
        Assert.Equal(ContainerStatus.Paused, container.Status);
        container.Resume();
        Container found = runtime.Find(id);
        Assert.Throws<ContainerException>(() => found.Delete());
        found.Signal(9);
        Assert.Equal(128 + 9, program.Wait());
        found.Delete();
        Assert.Empty(runtime.List());
        Assert.True(Directory.Exists(container.Bundle));
    }

    [Fact]
    public void What_cannot_be_is_told_in_the_words_of_the_runtime()
    {
        Container container = runtime.FromSpec(id, ContainerSpec.Of(bundle.Rootfs, "no-such-program"));

        ContainerException error = Assert.Throws<ContainerException>(() => container.Start(StandardStreams.None));
        Assert.Contains("executable file not found in $PATH", error.Message, StringComparison.Ordinal);
        Assert.Throws<ContainerException>(() => container.Signal(15));
        Assert.Throws<ContainerException>(() => runtime.Find(id));
        Assert.Throws<ContainerException>(() => runtime.FromBundle(id, root.Path));
        Assert.Throws<ContainerException>(() => runtime.FromSpec("../x", ContainerSpec.Of("/")));
        Assert.Throws<ContainerException>(() => new ContainerRuntime("/no/such/program"));
        container.Delete();
    }

    [Fact]
    public void The_example_runs_a_command()
    {
        // bin/CONFIGURATION/FRAMEWORK, as this test's own program.
        string[] place = AppContext.BaseDirectory.TrimEnd('/').Split('/')[^3..];
        string example = Path.Combine([Programs.Checkout, "examples", "RunCommand", .. place, "RunCommand"]);

        Command run = Command.Run(example, Programs.Runc, bundle.Rootfs, "sh", "-c", "echo from a container; exit 5");

        Assert.Equal((5, "from a container\n"), (run.ExitCode, run.Output));
        Assert.True(File.ReadLines(Path.Combine(Programs.Checkout, "examples", "RunCommand", "Program.cs")).Count() < 30);
    }
}
