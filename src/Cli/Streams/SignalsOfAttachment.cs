using System.Globalization;
using Wharf.Cli.Terminals;
using Wharf.EngineApi.Client;
using Wharf.Linux;

namespace Wharf.Cli.Streams;

/// <summary>
/// What signals do while a container is attached: they are passed on to it, or they end this client with the terminal put back.
/// A change of the window is told to the container's terminal.
/// </summary>
internal sealed class SignalsOfAttachment : IDisposable
{
    private const int PatienceOfUser = 3;
    private readonly Session session;
    private readonly SignalWatch watch = new();
    private int urgent;

    internal SignalsOfAttachment(Session session) => this.session = session;

    /// <summary>Passes them on to a container.</summary>
    internal void PassTo(string container, Action restore)
    {
        foreach (int signal in SignalNames.Passed)
        {
            watch.On(signal, got =>
            {
                if (got is SignalNames.Interrupt or SignalNames.Terminate && Interlocked.Increment(ref urgent) >= PatienceOfUser)
                {
                    restore();
                    session.Error.Line("got 3 SIGTERM/SIGINTs, forcefully exiting");
                    CurrentProcess.Exit(1);
                }

                Try(() => session.Client.Send("POST", $"{Commands.Routes.Container(container)}/kill?signal={SignalNames.Of(got)}").Dispose());
            });
        }
    }

    /// <summary>Ends this client, the terminal as it was.</summary>
    internal void EndOn(Action restore)
    {
        foreach (int signal in new[] { SignalNames.Hangup, SignalNames.Interrupt, SignalNames.Quit, SignalNames.Terminate })
        {
            watch.On(signal, got =>
            {
                restore();
                CurrentProcess.Exit(128 + got);
            });
        }
    }

    /// <summary>Tells the window's size now and at each change.</summary>
    /// <param name="route">Of the container or the exec, without "/resize".</param>
    internal void FollowWindow(string route)
    {
        Resize(session, route);
        watch.On(SignalNames.WindowChange, _ => Resize(session, route));
    }

    public void Dispose() => watch.Dispose();

    private static void Resize(Session session, string route)
    {
        if (Terminal.Size(session.Output.Descriptor) is ({ } rows, { } columns) && (rows | columns) != 0)
        {
            Try(() => session.Client.Send("POST", string.Create(CultureInfo.InvariantCulture, $"{route}/resize?h={rows}&w={columns}")).Dispose());
        }
    }

    private static void Try(Action request)
    {
        try
        {
            request();
        }
        catch (Exception error) when (EntryPoint.IsExpected(error))
        {
            // The container has ended: its exit is told by the wait.
        }
    }
}
