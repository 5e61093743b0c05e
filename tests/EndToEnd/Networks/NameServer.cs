using System.Diagnostics;
using Wharf.Harness;

namespace Wharf.EndToEnd.Networks;

/// <summary>A name server of somebody else's: it knows every name below "example", and writes down what it is asked.</summary>
internal sealed class NameServer : IDisposable
{
    // A is 192.0.2.1, AAAA 2001:db8::1, SRV port 4242 of host.example, PTR names itself; lifetime 60 seconds. Others do not exist.
    private const string Script =
        """
        import socket, struct, sys, threading
        log = sys.argv[1]
        def name(labels): return b''.join(bytes([len(l)]) + l for l in labels) + b'\0'
        def serve(s):
            while True:
                query, client = s.recvfrom(4096)
                at, labels = 12, []
                while query[at]: labels.append(query[at + 1:at + 1 + query[at]]); at += 1 + query[at]
                kind = struct.unpack('>H', query[at + 1:at + 3])[0]
                with open(log, 'a') as f: f.write('%s %d\n' % (b'.'.join(labels).decode().lower(), kind))
                data = {1: bytes([192, 0, 2, 1]), 28: socket.inet_pton(socket.AF_INET6, '2001:db8::1'), 33: struct.pack('>HHH', 1, 2, 4242) + name([b'host', b'example']), 12: name([b'far', b'example'])}.get(kind)
                known = labels and labels[-1].lower() in (b'example', b'arpa')
                answer = query[:2] + struct.pack('>HHHHH', 0x8180 if known else 0x8183, 1, 1 if known and data else 0, 0, 0) + query[12:at + 5]
                if known and data: answer += b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 60, len(data)) + data
                s.sendto(answer, client)
        sockets = []
        for address in sys.argv[2:]:
            s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((address, 53))
            sockets.append(s)
        for s in sockets: threading.Thread(target=serve, args=(s,)).start()
        open(log, 'w').close()
        """;

    private readonly TemporaryDirectory folder = new();
    private readonly Process process;

    /// <param name="network">The network namespace that it is in, as of ip-netns(8).</param>
    internal NameServer(string network, params string[] addresses)
    {
        process = Command.Start("ip", ["netns", "exec", network, "python3", "-c", Script, folder["log"], .. addresses]);
        for (int tries = 0; !File.Exists(folder["log"]); tries++)
        {
            Assert.True(tries < 200 && !process.HasExited, "the name server does not start");
            Thread.Sleep(20);
        }
    }

    /// <summary>What it was asked: name and number of the type.</summary>
    internal IReadOnlyList<string> Asked => File.ReadAllLines(folder["log"]);

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        folder.Dispose();
    }
}
