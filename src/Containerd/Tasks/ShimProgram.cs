using System.Collections;
using System.Text;
using Wharf.ContainerdApi.ShimTask;
using Wharf.Linux;

namespace Wharf.Containerd.Tasks;

/// <summary>The program of a shim: where it is for a runtime's name, and its sub-commands start and delete.</summary>
internal sealed class ShimProgram(string address, bool debug)
{
    private const int StartMilliseconds = 30_000;
    private const string OwnRuntime = "io.containerd.wharf.v2";
    private const string OwnProgram = "containerd-shim-wharf-v2";
    private readonly string own = Environment.ProcessPath ?? "wharf-containerd";
    private readonly List<string> environment = Inherited(address);

    /// <summary>
    /// "io.containerd.NAME.VERSION" is the program "containerd-shim-NAME-VERSION", beside this program or in PATH; a path is itself.
    /// Where runc's shim is asked for and not installed, ours takes its place: it speaks the same contract.
    /// </summary>
    public string Find(string runtime)
    {
        if (runtime.StartsWith('/'))
        {
            return File.Exists(runtime) ? runtime : throw ContainerdException.NotFound($"runtime \"{runtime}\" binary not installed");
        }

        string[] parts = runtime.Split('.');
        if (parts.Length < 2 || parts.Any(part => part.Length == 0) || runtime.Contains('/', StringComparison.Ordinal))
        {
            throw ContainerdException.Invalid($"invalid runtime name {runtime}, correct runtime name should be either format like `io.containerd.runc.v2` or a full path to the binary");
        }

        string name = $"containerd-shim-{parts[^2]}-{parts[^1]}";
        string folder = Path.GetDirectoryName(own) ?? "/";
        string beside = Path.Combine(folder, name);
        return File.Exists(beside) ? beside
            : Spawner.Find(name) is { } installed ? installed
            : runtime is "io.containerd.runc.v2" && File.Exists(Path.Combine(folder, OwnProgram)) ? Path.Combine(folder, OwnProgram)
            : runtime is OwnRuntime && Spawner.Find(OwnProgram) is { } elsewhere ? elsewhere
            : throw ContainerdException.NotFound($"runtime \"{runtime}\" binary not installed \"{name}\"");
    }

    /// <summary>Starts the shim of a bundle; where it listens.</summary>
    public ShimEndpoint Start(string program, Bundle bundle, byte[] options)
    {
        (byte[] output, string errors, ExitStatus status) = Run(program, bundle, options, bundle.Path, "start");
        string text = Encoding.UTF8.GetString(output).Trim();
        if (status.Code != 0)
        {
            throw new ContainerdException(ErrorKind.Unknown, $"failed to start shim: start failed: {(errors.Length > 0 ? errors : text)}: exit status {status.Code}");
        }

        return ShimEndpoint.Parse(text);
    }

    /// <summary>Has what a dead shim left removed; how its container ended.</summary>
    public DeleteResponse Delete(string program, Bundle bundle)
    {
        (byte[] output, string errors, ExitStatus status) = Run(program, bundle, [], bundle.Path, "delete");
        return status.Code == 0
            ? DeleteResponse.Parser.ParseFrom(output)
            : throw new IOException($"delete shim \"{bundle.Id}\": {errors}: exit status {status.Code}");
    }

    private static List<string> Inherited(string address)
    {
        var entries = new List<string>();
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            entries.Add($"{entry.Key}={entry.Value}");
        }

        entries.AddRange([$"TTRPC_ADDRESS={address}.ttrpc", $"GRPC_ADDRESS={address}", "MAX_SHIM_VERSION=3", "GOMAXPROCS=2"]);
        return entries;
    }

    /// <summary>What a shim tells of itself: containerd.types.RuntimeInfo.</summary>
    public byte[] Info(string program, byte[] options)
    {
        (byte[] output, string errors, ExitStatus status) = Run(program, [program, "-info"], environment, options, "/");
        return status.Code == 0 ? output : throw new ContainerdException(ErrorKind.Unknown, $"failed to run \"{program} -info\": {errors}: exit status {status.Code}");
    }

    private (byte[] Output, string Errors, ExitStatus Status) Run(string program, Bundle bundle, byte[] input, string folder, string command)
    {
        List<string> arguments = [program, "-namespace", bundle.Namespace, "-address", address, "-publish-binary", own, "-id", bundle.Id];
        if (debug)
        {
            arguments.Add("-debug");
        }

        if (command == "delete")
        {
            arguments.AddRange(["-bundle", bundle.Path]);
        }

        arguments.Add(command);
        return Run(program, arguments, [.. environment, $"NAMESPACE={bundle.Namespace}"], input, folder);
    }

    private static (byte[] Output, string Errors, ExitStatus Status) Run(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> variables, byte[] input, string folder)
    {
        (FileDescriptor inRead, FileDescriptor inWrite) = Files.Pipe();
        (FileDescriptor outRead, FileDescriptor outWrite) = Files.Pipe();
        (FileDescriptor errorRead, FileDescriptor errorWrite) = Files.Pipe();
        using FileDescriptor output = outRead;
        using FileDescriptor errors = errorRead;
        ChildProcess child;
        try
        {
            child = Spawner.Start(new SpawnRequest
            {
                Path = program,
                Arguments = arguments,
                Environment = variables,
                WorkingDirectory = folder,
                Descriptors = [(inRead, 0), (outWrite, 1), (errorWrite, 2)],
                NewProcessGroup = true,
            });
            if (input.Length > 0)
            {
                // Shorter than a pipe is deep, so this never waits for the program.
                Files.Write(inWrite, input, "options of the shim");
            }
        }
        finally
        {
            inRead.Dispose();
            inWrite.Dispose();
            outWrite.Dispose();
            errorWrite.Dispose();
        }

        using ChildProcess owned = child;
        return Collect(child, output, errors, $"{Path.GetFileName(program)} {arguments[^1]}");
    }

    private static (byte[] Output, string Errors, ExitStatus Status) Collect(ChildProcess child, FileDescriptor output, FileDescriptor errors, string what)
    {
        var text = new MemoryStream();
        var complaints = new MemoryStream();
        byte[] buffer = new byte[4096];
        long until = Environment.TickCount64 + StartMilliseconds;
        bool outOpen = true, errorOpen = true;
        while (outOpen || errorOpen)
        {
            bool[] ready = Poll.Readable((int)Math.Max(0, until - Environment.TickCount64), outOpen ? output : null, errorOpen ? errors : null, child.PidFd);
            if (!ready[0] && !ready[1] && !ready[2])
            {
                Processes.Signal(child.Pid, 9);
                child.Wait();
                throw new ContainerdException(ErrorKind.Unknown, $"{what}: no answer within {StartMilliseconds / 1000} s");
            }

            outOpen = outOpen && (!ready[0] || Take(output, text, buffer));
            errorOpen = errorOpen && (!ready[1] || Take(errors, complaints, buffer));
            if (ready[2] && !ready[0] && !ready[1])
            {
                // It has ended; somebody that it started may hold its output open for ever.
                break;
            }
        }

        return (text.ToArray(), Encoding.UTF8.GetString(complaints.ToArray()).Trim(), child.Wait());
    }

    private static bool Take(FileDescriptor from, MemoryStream to, byte[] buffer)
    {
        int count = Files.Read(from, buffer, "output of the shim");
        to.Write(buffer, 0, count);
        return count > 0;
    }
}
