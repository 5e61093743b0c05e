using System.Globalization;
using Wharf.Linux;

namespace Wharf.Libcontainer.Criu;

/// <summary>
/// One request to "criu swrk FD" over a socket that keeps message boundaries, to its answer and criu's end. Runtime (R), criu (C):
/// <code>
///  R starts C
///  R ── request ───────────────────────▶ C
///  R ◀── notification, pid, descriptor ── C   at each step that R has a part in; C waits
///  R ── notification, success ─────────▶ C
///  R ◀──────────────────────── response ── C   of the request's kind
///  R closes; C ends
/// </code>
/// criu ends, and undoes what it has begun, when the other end of its socket is closed.
/// </summary>
internal sealed class CriuSession(FileDescriptor socket, int process, Action<string> debug)
{
    /// <summary>The number of criu's end of the socket in criu.</summary>
    internal const int SocketNumber = 3;

    internal const string SocketText = "3";

    private const int MostBytes = 40 * 1024;

    internal CriuResponse Run(CriuRequest request, Action<CriuResponse, FileDescriptor?>? notified)
    {
        debug($"Using CRIU in {Name(request.Kind)} mode");
        CriuResponse response;
        try
        {
            UnixSockets.Send(socket, request.Write());
            response = Converse(notified);
        }
        catch (SyscallException error) when (error.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            throw new ContainerException($"criu failed: it ended before it answered: {How(End())}", error);
        }
        catch
        {
            End();
            throw;
        }

        ExitStatus status = End();

        // After a pre-dump criu waits for the next request of a series, and a closed socket is a failure to it.
        return status.Code == 0 || request.Kind == CriuRequestKind.PreDump ? response : throw new ContainerException($"criu failed: {How(status)}");
    }

    private CriuResponse Converse(Action<CriuResponse, FileDescriptor?>? notified)
    {
        byte[] buffer = new byte[MostBytes];
        while (true)
        {
            int count = UnixSockets.Receive(socket, buffer, out FileDescriptor? attached);
            using (attached)
            {
                if (count == 0)
                {
                    throw new SyscallException("recvmsg", (int)Errno.ECONNRESET, "criu");
                }

                CriuResponse response = CriuResponse.Read(buffer.AsSpan(0, count));
                if (!response.Success)
                {
                    throw new CriuFailure(string.Create(CultureInfo.InvariantCulture, $"criu failed: type {Name(response.Kind)} errno {response.Errno}"), response.ErrorText ?? string.Empty);
                }

                if (response.Kind != CriuRequestKind.Notify)
                {
                    return response;
                }

                Answer(response, attached, notified);
            }
        }
    }

    private void Answer(CriuResponse notification, FileDescriptor? attached, Action<CriuResponse, FileDescriptor?>? notified)
    {
        debug($"notify: {notification.Script}");
        try
        {
            notified?.Invoke(notification, attached);
        }
        catch
        {
            UnixSockets.Send(socket, CriuRequest.NotificationAnswer(success: false));
            throw;
        }

        UnixSockets.Send(socket, CriuRequest.NotificationAnswer(success: true));
    }

    private ExitStatus End()
    {
        socket.Dispose();
        return Processes.Wait(process);
    }

    private static string How(ExitStatus status) => status.Signaled ? $"signal: {status.Signal}" : $"exit status {status.Code}";

    private static string Name(CriuRequestKind kind) => kind switch
    {
        CriuRequestKind.PreDump => "PRE_DUMP",
        CriuRequestKind.FeatureCheck => "FEATURE_CHECK",
        _ => kind.ToString().ToUpperInvariant(),
    };
}
