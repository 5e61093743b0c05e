using Wharf.Linux;
using Wharf.Shim.Waiting;

namespace Wharf.Shim.Io;

/// <summary>
/// A program that takes a container's output: 3 and 4 are the output and error streams to read, 5 is closed when it is ready
/// (binary), after a byte has been written to it (binary-v2).
/// </summary>
internal sealed class Logger : IDisposable
{
    private const int ReadyMilliseconds = 30_000;
    private const int DrainMilliseconds = 10_000;
    private const int KillMilliseconds = 2_000;
    private const int Terminate = 15;
    private const int Kill = 9;
    private readonly EventLoop loop;
    private readonly ChildProcess process;
    private bool ended;
    private bool disposed;

    private Logger(EventLoop loop, ChildProcess process, FileDescriptor output, FileDescriptor error)
    {
        this.loop = loop;
        this.process = process;
        Output = output;
        Error = error;
        loop.Add(process.PidFd, Readiness.Input, _ => End());
    }

    /// <summary>The writing ends. They are held until the process has ended, so a logger never sees the end before it.</summary>
    internal FileDescriptor Output { get; }

    internal FileDescriptor Error { get; }

    internal static async LoopTask<Logger> StartAsync(ShimContext context, string id, StreamAddress address)
    {
        (FileDescriptor outputRead, FileDescriptor output) = Files.Pipe();
        (FileDescriptor errorRead, FileDescriptor error) = Files.Pipe();
        (FileDescriptor readyRead, FileDescriptor ready) = Files.Pipe();
        using (outputRead)
        using (errorRead)
        using (readyRead)
        {
            ChildProcess? process = null;
            try
            {
                using (ready)
                {
                    process = Spawner.Start(new SpawnRequest
                    {
                        Path = address.Path,
                        Arguments = [address.Path, .. address.Arguments],
                        Environment = ["CONTAINER_ID=" + id, "CONTAINER_NAMESPACE=" + context.Namespace],
                        Descriptors = [(outputRead, 3), (errorRead, 4), (ready, 5)],
                    });
                }

                await AwaitReadyAsync(context.Loop, address, readyRead);
                return new Logger(context.Loop, process, output, error);
            }
            catch
            {
                output.Dispose();
                error.Dispose();
                if (process is not null)
                {
                    Processes.Signal(process.Pid, Kill);
                    process.Dispose();
                }

                throw;
            }
        }
    }

    internal int Unread() => ended || disposed ? 0 : Files.Unread(Output) + Files.Unread(Error);

    /// <summary>It reads what there is to the end, and has its time to write it.</summary>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        Output.Dispose();
        Error.Dispose();
        loop.After(DrainMilliseconds, () => Signal(Terminate));
        loop.After(DrainMilliseconds + KillMilliseconds, () => Signal(Kill));
    }

    private static async LoopTask AwaitReadyAsync(EventLoop loop, StreamAddress address, FileDescriptor ready)
    {
        var told = new LoopTask<bool>();
        loop.Add(ready, Readiness.Input, _ => told.CompleteOnce(true));
        loop.After(ReadyMilliseconds, () => told.CompleteOnce(false));
        bool came = await told;
        loop.Remove(ready);
        if (!came)
        {
            throw new ShimException($"logging binary \"{address.Path}\": not ready after {ReadyMilliseconds / 1000} s");
        }

        byte[] word = new byte[1];
        if (Files.Read(ready, word, address.Path) == 0 && address.Scheme == "binary-v2")
        {
            throw new ShimException($"logging binary \"{address.Path}\" did not call ready (it may have crashed or exited prematurely)");
        }
    }

    private void Signal(int signal)
    {
        if (!ended)
        {
            Processes.Signal(process.Pid, signal);
        }
    }

    private void End()
    {
        ended = true;
        loop.Remove(process.PidFd);
        process.Dispose();
    }
}
