using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Wharf.Linux;

namespace Wharf.Libcontainer.Embedding;

/// <summary>
/// A program that was started in a container. wharf-runc stays with it until it ends, as its parent, and tells its exit code. The
/// object owns the other ends of its pipes and nothing else: disposing it does not end the program.
/// </summary>
public sealed class ContainerProcess : IDisposable
{
    private readonly ChildProcess child;
    private readonly Lock gate = new();
    private int? code;

    private ContainerProcess(ChildProcess child, Stream? input, Stream? output, Stream? error)
    {
        this.child = child;
        Input = input;
        Output = output;
        Error = error;
    }

    /// <summary>What the program reads; null unless its streams are <see cref="StandardStreams.Piped"/>. Dispose it to end the input.</summary>
    public Stream? Input { get; }

    /// <summary>What the program prints; null unless piped. To be read to its end: a full pipe stops the program.</summary>
    public Stream? Output { get; }

    /// <summary>What the program prints as errors; null unless piped. As <see cref="Output"/>.</summary>
    public Stream? Error { get; }

    /// <summary>The program's process, as the caller's pid namespace has it; 0 when it ended before that was told.</summary>
    public int Id { get; private set; }

    /// <summary>Waits for the end; may be called again, from any thread.</summary>
    /// <returns>The exit code, or 128 and the number of the signal that ended it.</returns>
    public int Wait() => Wait(Timeout.InfiniteTimeSpan)!.Value;

    /// <summary>Waits for the end, but no longer than a time.</summary>
    /// <returns>As <see cref="Wait()"/>, or null when it goes on.</returns>
    public int? Wait(TimeSpan limit)
    {
        if (!Poll.Readable((int)limit.TotalMilliseconds, child.PidFd)[0])
        {
            return null;
        }

        lock (gate)
        {
            return code ??= child.Wait().Code;
        }
    }

    /// <summary>Closes the pipes; the program goes on.</summary>
    public void Dispose()
    {
        Input?.Dispose();
        Output?.Dispose();
        Error?.Dispose();
        child.Dispose();
    }

    /// <summary>Starts the runtime, and waits until it has started the program, or has ended.</summary>
    internal static ContainerProcess Start(ContainerRuntime runtime, string[] command, string[] operands, StandardStreams streams, Func<bool> started)
    {
        string pidFile = runtime.Scratch(".pid");
        string log = runtime.Scratch(".log");
        try
        {
            ContainerProcess process = Spawn(runtime.Program, ["--root", runtime.StateRoot, "--log", log, "--log-format", "json", .. command, "--pid-file", pidFile, .. operands], streams);
            try
            {
                process.AwaitStart(pidFile, log, started);
                return process;
            }
            catch
            {
                process.Dispose();
                throw;
            }
        }
        catch (SyscallException error)
        {
            throw new ContainerException(error.Message, error);
        }
        finally
        {
            File.Delete(pidFile);
            File.Delete(log);
        }
    }

    private void AwaitStart(string pidFile, string log, Func<bool> started)
    {
        const int interval = 2;
        while (Wait(TimeSpan.FromMilliseconds(interval)) is null)
        {
            if (File.Exists(pidFile) && int.TryParse(File.ReadAllText(pidFile), out int id) && started())
            {
                Id = id;
                return;
            }
        }

        if (code != 0 && LastError(log) is { } message)
        {
            throw new ContainerException(message);
        }
    }

    /// <summary>Why the runtime failed; null when it was the program that ended with a code.</summary>
    private static string? LastError(string log)
    {
        string? message = null;
        foreach (string line in File.Exists(log) ? File.ReadAllLines(log) : [])
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            if (entry.RootElement.GetProperty("level").GetString() == "error")
            {
                message = entry.RootElement.GetProperty("msg").GetString();
            }
        }

        return message;
    }

    private static ContainerProcess Spawn(string program, string[] arguments, StandardStreams streams)
    {
        var request = new SpawnRequest { Path = program, Arguments = [program, .. arguments] };
        if (streams != StandardStreams.Piped)
        {
            FileDescriptor Own(int number) => new(number, ownsHandle: false);
            return new ContainerProcess(Spawner.Start(streams == StandardStreams.None ? request : request with { Descriptors = [(Own(0), 0), (Own(1), 1), (Own(2), 2)] }), null, null, null);
        }

        (FileDescriptor Read, FileDescriptor Write) input = Files.Pipe();
        (FileDescriptor Read, FileDescriptor Write) output = Files.Pipe();
        (FileDescriptor Read, FileDescriptor Write) error = Files.Pipe();
        using (input.Read)
        using (output.Write)
        using (error.Write)
        {
            try
            {
                ChildProcess child = Spawner.Start(request with { Descriptors = [(input.Read, 0), (output.Write, 1), (error.Write, 2)] });
                return new ContainerProcess(child, Open(input.Write, FileAccess.Write), Open(output.Read, FileAccess.Read), Open(error.Read, FileAccess.Read));
            }
            catch
            {
                input.Write.Dispose();
                output.Read.Dispose();
                error.Read.Dispose();
                throw;
            }
        }
    }

    /// <summary>The descriptor becomes the stream's.</summary>
    private static FileStream Open(FileDescriptor pipe, FileAccess access)
    {
        var handle = new SafeFileHandle(pipe.Number, ownsHandle: true);
        pipe.SetHandleAsInvalid();
        return new FileStream(handle, access, bufferSize: 0);
    }
}
