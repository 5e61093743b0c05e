using System.Runtime.InteropServices;

namespace Wharf.Cli.Terminals;

/// <summary>Signals of this process, each to an action on another thread, in place of what they would do.</summary>
internal sealed class SignalWatch : IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    internal void On(int signal, Action<int> action) =>
        registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
        {
            context.Cancel = true;
            action(signal);
        }));

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
        {
            registration.Dispose();
        }
    }
}
