using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>criu(8) on this machine: the program, and what it can do.</summary>
internal sealed class CriuProgram
{
    // The first one that is asked for its version over RPC.
    private const int Least = 30000;

    private CriuProgram(string path, Action<string> debug)
    {
        Path = path;
        try
        {
            Version = Ask(new CriuRequest(CriuRequestKind.Version), debug).Version ?? throw new ContainerException("criu gives none");
        }
        catch (Exception error) when (error is ContainerException or SyscallException)
        {
            throw new ContainerException($"CRIU version check failed: {error.Message}", error);
        }

        Version.Require(Least);
    }

    internal string Path { get; }

    internal CriuVersion Version { get; }

    /// <summary>Finds criu by a path, or by a name in PATH.</summary>
    internal static CriuProgram Find(string program, Action<string> debug) =>
        new(Spawner.Find(program) ?? throw new ContainerException($"CRIU version check failed: exec: \"{program}\": executable file not found in $PATH"), debug);

    /// <summary>An error when criu, or the kernel under it, lacks a feature.</summary>
    internal void RequireFeatures(bool memoryTracking, bool lazyPages, Action<string> debug)
    {
        CriuResponse answer;
        try
        {
            answer = Ask(new CriuRequest(CriuRequestKind.FeatureCheck) { MemoryTracking = memoryTracking, LazyPages = lazyPages }, debug);
        }
        catch (ContainerException error)
        {
            throw new ContainerException($"CRIU feature check failed: {error.Message}", error);
        }

        string[] missing = [.. memoryTracking && answer.MemoryTracking == false ? ["MemTrack"] : Array.Empty<string>(), .. lazyPages && answer.LazyPages == false ? ["LazyPages"] : Array.Empty<string>()];
        if (missing.Length > 0)
        {
            throw new ContainerException($"criu is missing features: [{string.Join(' ', missing)}]");
        }
    }

    /// <summary>One request to a criu that nothing is passed to but the socket.</summary>
    internal CriuResponse Ask(CriuRequest request, Action<string> debug, Action<CriuResponse, FileDescriptor?>? notified = null)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        using (ours)
        {
            ChildProcess process;
            using (theirs)
            {
                process = Spawner.Start(new SpawnRequest { Path = Path, Arguments = ["criu", "swrk", CriuSession.SocketText], Descriptors = [(theirs, CriuSession.SocketNumber)] });
            }

            using (process)
            {
                return new CriuSession(ours, process.Pid, debug).Run(request, notified);
            }
        }
    }
}
