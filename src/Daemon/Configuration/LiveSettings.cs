using System.Runtime.InteropServices;
using Wharf.Daemon.Containers;
using Wharf.Daemon.Events;
using Wharf.Daemon.Security;

namespace Wharf.Daemon.Configuration;

/// <summary>What SIGHUP takes anew from the config file, as dockerd does; all else needs a new start.</summary>
internal sealed class LiveSettings(IReadOnlyList<string> arguments, DaemonOptions first, AuthorizationPlugins plugins, ContainerRuntimes runtimes) : IDisposable
{
    private PosixSignalRegistration? signal;

    internal LiveList InsecureRegistries { get; } = new(first.InsecureRegistries);

    internal LiveList RegistryMirrors { get; } = new(first.RegistryMirrors);

    internal LiveList Labels { get; } = new(first.Labels);

    internal bool Debug { get; private set; } = first.Debug;

    public void Dispose() => signal?.Dispose();

    /// <summary>Begins to hear of SIGHUP.</summary>
    internal void Listen(EventLog events, string id) => signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
    {
        // Its usual meaning is the end.
        context.Cancel = true;
        Reload(events, id);
    });

    /// <summary>A file that cannot be read changes nothing.</summary>
    internal void Reload(EventLog events, string id)
    {
        try
        {
            DaemonOptions next = OptionsReader.Read(arguments);
            runtimes.Use(next);
            InsecureRegistries.Replace(next.InsecureRegistries);
            RegistryMirrors.Replace(next.RegistryMirrors);
            Labels.Replace(next.Labels);
            Debug = next.Debug;
            plugins.Use(next.AuthorizationPlugins);
            events.Publish("daemon", "reload", id, new Dictionary<string, string>
            {
                ["name"] = Environment.MachineName,
                ["debug"] = next.Debug ? "true" : "false",
                ["labels"] = $"[{string.Join(',', next.Labels.Select(label => $"\"{label}\""))}]",
                ["insecure-registries"] = $"[{string.Join(',', next.InsecureRegistries.Select(one => $"\"{one}\""))}]",
                ["registry-mirrors"] = $"[{string.Join(',', next.RegistryMirrors.Select(one => $"\"{one}\""))}]",
                ["default-runtime"] = runtimes.Default,
                ["runtimes"] = string.Join(' ', runtimes.Known.Keys.Order(StringComparer.Ordinal)),
                ["authorization-plugins"] = $"[{string.Join(',', next.AuthorizationPlugins.Select(one => $"\"{one}\""))}]",
            });
        }
        catch (EngineException error)
        {
            Console.Error.WriteLine($"wharfd: reload configuration: {error.Message}");
        }
    }
}
