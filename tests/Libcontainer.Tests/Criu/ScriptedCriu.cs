using Wharf.Libcontainer.Criu;
using Wharf.Linux;

namespace Wharf.Libcontainer.Tests.Criu;

/// <summary>The other end of a criu's socket: a thread that takes each message and answers with the next of its script, then closes.</summary>
internal sealed class ScriptedCriu : IDisposable
{
    private readonly FileDescriptor ours;
    private readonly Thread thread;
    private readonly ChildProcess process;

    /// <param name="program">What stands for criu's process: its exit code is read at the end.</param>
    internal ScriptedCriu(string program, params (byte[] Message, FileDescriptor? Attached)[] script)
    {
        (ours, FileDescriptor theirs) = UnixSockets.Pair();
        process = Spawner.Start(new SpawnRequest { Path = program, Arguments = [program] });
        thread = new Thread(() =>
        {
            using (theirs)
            {
                foreach ((byte[] message, FileDescriptor? attached) in script)
                {
                    if (!Take(theirs))
                    {
                        return;
                    }

                    UnixSockets.Send(theirs, message, attached);
                }

                Take(theirs);
            }
        });
        thread.Start();
        Session = new CriuSession(ours, process.Pid, Debug.Add);
    }

    internal CriuSession Session { get; }

    internal List<string> Debug { get; } = [];

    internal List<byte[]> Taken { get; } = [];

    internal static byte[] Response(CriuRequestKind kind, bool success = true, int errno = 0, string? text = null) =>
        new ProtobufWriter().Number(1, (int)kind).Number(2, success ? 1 : 0).Number(7, errno == 0 ? null : errno).Text(9, text).ToArray();

    internal static byte[] Notification(string script, int pid) =>
        new ProtobufWriter().Number(1, (int)CriuRequestKind.Notify).Number(2, 1).Message(5, new ProtobufWriter().Text(1, script).Number(2, pid)).ToArray();

    /// <summary>Ends the conversation, so that all that was taken can be read.</summary>
    internal void Close()
    {
        ours.Dispose();
        thread.Join();
    }

    public void Dispose()
    {
        Close();
        process.Dispose();
    }

    private bool Take(FileDescriptor socket)
    {
        byte[] buffer = new byte[65536];
        int count = UnixSockets.Receive(socket, buffer, out _);
        if (count > 0)
        {
            Taken.Add(buffer[..count]);
        }

        return count > 0;
    }
}
