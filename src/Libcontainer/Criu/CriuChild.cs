using Wharf.Libcontainer.Launch;
using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// criu for a restore: a child of this process (R) that makes the root, and then becomes criu (C):
/// <code>
///  R clone3, new mount namespace ───────▶ C
///  R moves it into the container's cgroup
///  R ── Go ────────────────────────────▶ C   the root, its mount points, binds on them
///  R ◀──────────────────────── Mounted ── C   R looks where they are: /proc/C/root
///  R ── Go ────────────────────────────▶ C   a fresh root
///  R ◀────────────────────────── Ready ── C   descriptors; executes criu
/// </code>
/// </summary>
internal sealed class CriuChild : IDisposable
{
    private const int KillSignal = 9;

    // Above all that criu inherits.
    private const int OutOfTheWay = 100;
    private readonly SyncChannel channel;

    private CriuChild(int id, SyncChannel channel)
    {
        Id = id;
        this.channel = channel;
    }

    internal int Id { get; }

    /// <summary>The first descriptor of criu after its standard streams and its socket.</summary>
    internal static int FirstInherited => CriuSession.SocketNumber + 1;

    /// <summary>criu, and by it the container, gets this process's standard streams or none.</summary>
    internal static CriuChild Start(string criu, RestoreRoot root, FileDescriptor socket, bool streams, IReadOnlyList<FileDescriptor> inherited)
    {
        (FileDescriptor ours, FileDescriptor theirs) = UnixSockets.Pair();
        using var arguments = new NativeStrings(["criu", "swrk", CriuSession.SocketText]);
        using var environment = new NativeStrings(CurrentProcess.Environment());
        using (theirs)
        {
            int id = CurrentProcess.Clone(CloneFlags.NewMount);
            if (id == 0)
            {
                // Or it would not see the runtime go.
                ours.Dispose();
                Become(new SyncChannel(theirs), () =>
                {
                    PlaceDescriptors(socket, streams, inherited);
                    CurrentProcess.Execute(criu, arguments, environment);
                }, root);
            }

            return new CriuChild(id, new SyncChannel(ours));
        }
    }

    internal void AwaitMounted()
    {
        channel.Send(SyncMessage.Go);
        channel.Expect(SyncMessage.Mounted);
    }

    internal void Continue()
    {
        channel.Send(SyncMessage.Go);
        channel.Expect(SyncMessage.Ready);
    }

    /// <summary>Ends it before it is a criu that somebody waits for.</summary>
    internal void Abandon()
    {
        Processes.Signal(Id, KillSignal);
        Processes.Wait(Id);
    }

    public void Dispose() => channel.Dispose();

    private static void Become(SyncChannel channel, Action execute, RestoreRoot root)
    {
        try
        {
            channel.Expect(SyncMessage.Go);
            RestoreRoot.Isolate();
            root.MakeMountPoints();
            channel.Send(SyncMessage.Mounted);
            channel.Expect(SyncMessage.Go);
            root.Renew();
            channel.Send(SyncMessage.Ready);
            CurrentProcess.ResetSignals();
            CurrentProcess.UnblockSignals();
            execute();
        }
        catch (Exception error) when (error is ContainerException or SyscallException or IOException or UnauthorizedAccessException)
        {
            try
            {
                channel.Send(SyncMessage.Error, error.Message);
            }
            catch (SyscallException)
            {
                // Nobody is there any more to be told.
            }
        }

        CurrentProcess.Exit(1);
    }

    private static void PlaceDescriptors(FileDescriptor socket, bool streams, IReadOnlyList<FileDescriptor> inherited)
    {
        // Copied out of the way first, so that no target overwrites a later source.
        FileDescriptor[] sources = [.. inherited.Prepend(socket).Select(file => Files.DuplicateCloseOnExec(file, OutOfTheWay))];
        if (!streams)
        {
            FileDescriptor nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
            for (int number = 0; number < CriuSession.SocketNumber; number++)
            {
                Files.Duplicate(nothing, number);
            }
        }

        CurrentProcess.CloseOnExecFrom(CriuSession.SocketNumber);
        for (int index = 0; index < sources.Length; index++)
        {
            Files.Duplicate(sources[index], CriuSession.SocketNumber + index);
        }
    }
}
