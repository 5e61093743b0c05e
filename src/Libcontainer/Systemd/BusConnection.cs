using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Wharf.Libcontainer.Rootless;
using Wharf.Linux;

namespace Wharf.Libcontainer.Systemd;

/// <summary>
/// A D-Bus connection to systemd's private socket: one call at a time, waited for by poll(2). No library, because each starts threads,
/// and a clone beside a thread hangs its child (decisions 0001 and 0010).
/// </summary>
internal sealed class BusConnection : IDisposable
{
    private const int MostBytes = 1 << 20;
    private const int AnswerMilliseconds = 30_000;
    private readonly FileDescriptor socket;
    private readonly string path;
    private readonly Queue<BusMessage> signals = [];
    private uint serial;

    private BusConnection(FileDescriptor socket, string path)
    {
        this.socket = socket;
        this.path = path;
    }

    internal static BusConnection Open(string path)
    {
        FileDescriptor socket;
        try
        {
            socket = UnixSockets.Connect(path);
        }
        catch (SyscallException error)
        {
            throw new ContainerException($"systemd cgroup driver: connect \"{path}\": {ErrnoText.Of(error.Errno)}", error);
        }

        var connection = new BusConnection(socket, path);
        try
        {
            connection.Authenticate();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method of the manager; an error that it answers is thrown with its words.</summary>
    internal BusMessage Call(string member, string signature, Action<BusWriter> arguments, string contract = "org.freedesktop.systemd1.Manager")
    {
        var body = new BusWriter();
        arguments(body);
        uint own = ++serial;
        var message = new BusWriter();
        message.Raw([(byte)'l', BusMessage.Call, 0, 1]);
        message.Number((uint)body.Length);
        message.Number(own);
        message.Array(8, () =>
        {
            Field(message, 1, "o", "/org/freedesktop/systemd1");
            Field(message, 2, "s", contract);
            Field(message, 3, "s", member);
            Field(message, 6, "s", "org.freedesktop.systemd1");
            message.Align(8);
            message.Byte(8);
            message.Signature("g");
            message.Signature(signature);
        });
        message.Align(8);
        message.Raw(body.ToArray());
        Files.Write(socket, message.ToArray(), path);
        while (true)
        {
            BusMessage answer = Receive();
            if (answer.Type == BusMessage.Signal)
            {
                signals.Enqueue(answer);
            }
            else if (answer.ReplySerial == own)
            {
                return answer.Type == BusMessage.Reply ? answer
                    : throw new ContainerException($"systemd {member}: {(answer.Body.IsEmpty ? answer.ErrorName : answer.Read().Text())}");
            }
        }
    }

    /// <summary>The next signal, of those that came during a call first.</summary>
    internal BusMessage AwaitSignal()
    {
        while (signals.Count == 0)
        {
            BusMessage message = Receive();
            if (message.Type == BusMessage.Signal)
            {
                return message;
            }
        }

        return signals.Dequeue();
    }

    public void Dispose() => socket.Dispose();

    private static void Field(BusWriter message, byte code, string type, string value)
    {
        message.Align(8);
        message.Byte(code);
        message.Signature(type);
        message.Text(value);
    }

    private void Authenticate()
    {
        // The manager sees this process's user from outside of its user namespace.
        string user = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(UserNamespaceView.OuterUser.ToString(CultureInfo.InvariantCulture)));

        // BEGIN at once and no call with it: systemd does not look at a call that it reads together with BEGIN.
        Files.Write(socket, Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {user}\r\nBEGIN\r\n"), path);
        var line = new StringBuilder();
        while (line.Length < 2 || line[^1] != '\n')
        {
            line.Append((char)Exactly(1)[0]);
            if (line.Length > 1024)
            {
                throw new ContainerException($"systemd cgroup driver: \"{path}\" does not speak D-Bus");
            }
        }

        if (!line.ToString().StartsWith("OK ", StringComparison.Ordinal))
        {
            throw new ContainerException($"systemd cgroup driver: \"{path}\" refuses this user: {line.ToString().Trim()}");
        }
    }

    private BusMessage Receive()
    {
        const int fixedSize = 16;
        byte[] start = Exactly(fixedSize);
        if (start[0] != 'l')
        {
            throw new ContainerException("systemd: a message is not little-endian");
        }

        uint body = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4));
        uint fields = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(12));
        if (body > MostBytes || fields > MostBytes)
        {
            throw new ContainerException("systemd: a message is too large");
        }

        byte[] rest = Exactly((int)(((fields + 7) / 8 * 8) + body));
        var reader = new BusReader(rest.AsMemory(0, (int)fields));
        uint reply = 0;
        string member = string.Empty, error = string.Empty;
        while (!reader.AtEnd)
        {
            byte code = reader.Byte();
            switch (reader.Signature())
            {
                case "u":
                    uint number = reader.Number();
                    reply = code == 5 ? number : reply;
                    break;
                case "g":
                    reader.Signature();
                    break;
                default:
                    string text = reader.Text();
                    member = code == 3 ? text : member;
                    error = code == 4 ? text : error;
                    break;
            }

            reader.Align(8);
        }

        return new BusMessage(start[1], reply, member, error, rest.AsMemory((int)((fields + 7) / 8 * 8)));
    }

    private byte[] Exactly(int count)
    {
        byte[] bytes = new byte[count];
        int have = 0;
        while (have < count)
        {
            if (!Poll.Readable(AnswerMilliseconds, socket)[0])
            {
                throw new ContainerException($"systemd does not answer on \"{path}\"");
            }

            int more = Files.Read(socket, bytes.AsSpan(have), path);
            have += more > 0 ? more : throw new ContainerException($"systemd has closed \"{path}\"");
        }

        return bytes;
    }
}
