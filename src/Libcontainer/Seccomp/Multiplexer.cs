using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Seccomp;

/// <summary>
/// x86 has two calls that stand for many: socketcall(2) and ipc(2), whose first argument says which. A rule about one of the many
/// must hold there too. The other arguments are in memory, where a filter cannot look: a rule with conditions that allows is not
/// taken over (CVE-2026-123876), one that denies is, without its conditions.
/// </summary>
internal static class Multiplexer
{
    private const string SocketCall = "socketcall";
    private const string Ipc = "ipc";

    internal static bool Knows(string name) => Place(name) is not null;

    /// <summary>The rule for the call that stands for this one; null when there is none to make.</summary>
    internal static (string Call, SeccompRule Rule)? Of(string name, SeccompRule rule, bool restricts) =>
        Place(name) is not { } place || (rule.Args is { Count: > 0 } && !restricts) ? null
            : (place.Call, rule with { Args = [new SeccompArgument { Index = 0, Op = "SCMP_CMP_EQ", Value = place.Which }] });

    private static (string Call, uint Which)? Place(string name) => name switch
    {
        "socket" => (SocketCall, 1), "bind" => (SocketCall, 2), "connect" => (SocketCall, 3), "listen" => (SocketCall, 4),
        "accept" => (SocketCall, 5), "getsockname" => (SocketCall, 6), "getpeername" => (SocketCall, 7), "socketpair" => (SocketCall, 8),
        "send" => (SocketCall, 9), "recv" => (SocketCall, 10), "sendto" => (SocketCall, 11), "recvfrom" => (SocketCall, 12),
        "shutdown" => (SocketCall, 13), "setsockopt" => (SocketCall, 14), "getsockopt" => (SocketCall, 15), "sendmsg" => (SocketCall, 16),
        "recvmsg" => (SocketCall, 17), "accept4" => (SocketCall, 18), "recvmmsg" => (SocketCall, 19), "sendmmsg" => (SocketCall, 20),
        "semop" => (Ipc, 1), "semget" => (Ipc, 2), "semctl" => (Ipc, 3), "semtimedop" => (Ipc, 4), "msgsnd" => (Ipc, 11), "msgrcv" => (Ipc, 12),
        "msgget" => (Ipc, 13), "msgctl" => (Ipc, 14), "shmat" => (Ipc, 21), "shmdt" => (Ipc, 22), "shmget" => (Ipc, 23), "shmctl" => (Ipc, 24),
        _ => null,
    };
}
