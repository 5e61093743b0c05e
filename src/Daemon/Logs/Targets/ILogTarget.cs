namespace Wharf.Daemon.Logs.Targets;

/// <summary>Where lines are sent. It connects when it has to, and again after a failure.</summary>
internal interface ILogTarget : IAsyncDisposable
{
    /// <summary>For messages.</summary>
    string Place { get; }

    /// <summary>Makes the connection, where there is one, so that a target that is not there is told at the start.</summary>
    Task ConnectAsync(CancellationToken cancellation);

    /// <summary>Sends one line.</summary>
    /// <exception cref="IOException">It may be sent again.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Likewise.</exception>
    Task SendAsync(LogEntry entry, CancellationToken cancellation);
}
