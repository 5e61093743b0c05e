using System.Text;
using Wharf.Linux;

namespace Wharf.Containerd.Activations;

/// <summary>A program of the host's that does one thing and ends.</summary>
internal static class ToolRun
{
    /// <exception cref="ContainerdException">The program is not there.</exception>
    /// <exception cref="IOException">It failed; its words.</exception>
    public static void Run(string program, IReadOnlyList<string> arguments)
    {
        string path = Spawner.Find(program) ?? throw new ContainerdException(ErrorKind.Unimplemented, $"program \"{program}\" is not there: not implemented");
        (FileDescriptor read, FileDescriptor write) = Files.Pipe();
        using FileDescriptor output = read;
        ChildProcess started;
        try
        {
            started = Spawner.Start(new SpawnRequest { Path = path, Arguments = [program, .. arguments], Descriptors = [(write, 1), (write, 2)] });
        }
        finally
        {
            write.Dispose();
        }

        using ChildProcess child = started;
        string words = Encoding.UTF8.GetString(Files.ReadToEnd(output, program)).Trim();
        ExitStatus status = child.Wait();
        if (status.Code != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)}: exit status {status.Code}: {words}");
        }
    }
}
