using System.Globalization;
using Wharf.Harness;

namespace Wharf.EndToEnd.Promises;

/// <summary>After start no runtime is left, and each container has a shim for its parent.</summary>
public sealed class ProcessTreeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private readonly Engine engine = fixture.Engine;

    [Fact]
    public void The_shim_is_the_parent_of_the_container_and_no_runtime_is_left()
    {
        string id = engine.Wharf("run", "-d", "busybox:latest", "sleep", "1000").Succeeds().Output.Trim();
        try
        {
            int process = ProcessOf(id);
            int parent = HostProcesses.Parent(process);

            Assert.Equal("sleep 1000", HostProcesses.CommandLine(process));
            Assert.Equal("containerd-shim-wharf-v2", HostProcesses.Executable(parent));
            Assert.Contains(id, HostProcesses.CommandLine(parent), StringComparison.Ordinal);
            Assert.DoesNotContain(HostProcesses.Naming(engine.Root), other => HostProcesses.Executable(other) == "wharf-runc");
        }
        finally
        {
            engine.Wharf("rm", "-f", id);
        }
    }

    [Fact]
    public void Fifty_containers_are_fifty_shims_and_no_runtime()
    {
        LeakCheck leaks = LeakCheck.Begin(engine);
        var containers = new List<string>();
        try
        {
            for (int number = 0; number < 50; number++)
            {
                containers.Add(engine.Wharf("run", "-d", "busybox:latest", "sleep", "1000").Succeeds().Output.Trim());
            }

            IReadOnlyList<int> processes = HostProcesses.Naming(engine.Root);
            for (int attempt = 0; attempt < 50 && processes.Any(id => HostProcesses.Executable(id) == "wharf-runc"); attempt++)
            {
                // The last container's own process is the runtime until it has become its program, a moment after start has answered.
                Thread.Sleep(20);
                processes = HostProcesses.Naming(engine.Root);
            }

            Assert.Equal(50, processes.Count(id => HostProcesses.Executable(id) == "containerd-shim-wharf-v2"));
            Assert.DoesNotContain(processes, id => HostProcesses.Executable(id) == "wharf-runc");
            Assert.Equal(50, containers.Select(id => HostProcesses.Parent(ProcessOf(id))).Distinct().Count());
        }
        finally
        {
            engine.Wharf(["rm", "-f", .. containers]);
        }

        leaks.End();
    }

    private int ProcessOf(string container) =>
        int.Parse(engine.Wharf("inspect", "--format", "{{.State.Pid}}", container).Succeeds().Output.Trim(), CultureInfo.InvariantCulture);
}
