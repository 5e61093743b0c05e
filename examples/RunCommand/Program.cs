// Runs a command in a container with 64 MB of memory and 32 processes at most, and ends with its exit code.
// usage: RunCommand WHARF-RUNC ROOTFS PROGRAM [ARGUMENT…]
using Wharf.Libcontainer.Embedding;
using Wharf.Oci.Runtime;

var runtime = new ContainerRuntime(args[0]);
RuntimeSpec spec = ContainerSpec.Of(args[1], args[2..]);
spec.Linux!.Resources = new Resources { Memory = new Memory { Limit = 64 << 20 }, Pids = new Pids { Limit = 32 } };

Container container = runtime.FromSpec($"example-{Environment.ProcessId}", spec);
try
{
    using ContainerProcess program = container.Start();
    return program.Wait();
}
finally
{
    container.Delete(force: true);
}
