using Wharf.Linux;

namespace Wharf.Shim.Rpc;

/// <summary>Takes connections of processes of the same user; containerd's may break and come back.</summary>
internal sealed class TtrpcListener
{
    internal TtrpcListener(EventLoop loop, FileDescriptor listener, ServiceTable services, EventPublisher publisher, ShimLog log)
    {
        loop.Add(listener, Readiness.Input, ready =>
        {
            while (UnixSockets.Accept(listener) is { } connection)
            {
                if (UnixSockets.PeerUser(connection) != CurrentProcess.EffectiveUserId)
                {
                    log.Warning("connection of another user refused");
                    connection.Dispose();
                    continue;
                }

                publisher.Hurry();
                _ = new TtrpcConnection(loop, connection, services, log);
            }
        });
    }
}
