using Wharf.Libcontainer.Rootless;
using Wharf.Linux;

namespace Wharf.Libcontainer.Systemd;

/// <summary>The methods of org.freedesktop.systemd1.Manager that a runtime needs; each waits until its job is done.</summary>
internal sealed class SystemdUnits : IDisposable
{
    private const string SystemSocket = "/run/systemd/private";
    private readonly BusConnection bus;

    private SystemdUnits(BusConnection bus) => this.bus = bus;

    /// <summary>
    /// The system's manager, or that of the user who has no privileges. Root of a user namespace is such a user where the system's
    /// manager is not of that namespace.
    /// </summary>
    internal static bool User => CurrentProcess.EffectiveUserId != 0 || (UserNamespaceView.IsForeign && Files.Find(SystemSocket) is not { User: 0 });

    internal static SystemdUnits Open()
    {
        if (!User)
        {
            return new SystemdUnits(BusConnection.Open(SystemSocket));
        }

        string runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } folder ? folder
            : throw new ContainerException("systemd cgroup driver: XDG_RUNTIME_DIR is not set, so the user's manager cannot be found");
        return new SystemdUnits(BusConnection.Open(runtime + "/systemd/private"));
    }

    /// <summary>Where the manager's cgroups begin, below the mount point.</summary>
    internal string ControlGroup()
    {
        BusReader answer = bus.Call(
            "Get",
            "ss",
            writer =>
            {
                writer.Text("org.freedesktop.systemd1.Manager");
                writer.Text("ControlGroup");
            },
            "org.freedesktop.DBus.Properties").Read();
        answer.Signature();
        return answer.Text().TrimEnd('/');
    }

    internal void StartTransientUnit(string unit, IEnumerable<UnitProperty> properties) => Job("StartTransientUnit", "ssa(sv)a(sa(sv))", unit, writer =>
    {
        writer.Text(unit);
        writer.Text("replace");
        UnitProperty.WriteAll(writer, properties);
        writer.Array(8, () => { });
    });

    internal void SetProperties(string unit, IReadOnlyList<UnitProperty> properties)
    {
        if (properties.Count > 0)
        {
            bus.Call("SetUnitProperties", "sba(sv)", writer =>
            {
                writer.Text(unit);
                writer.Number(1);
                UnitProperty.WriteAll(writer, properties);
            });
        }
    }

    /// <summary>Moves a process into a unit of this manager.</summary>
    internal void AttachProcess(string unit, int process) => bus.Call("AttachProcessesToUnit", "ssau", writer =>
    {
        writer.Text(unit);
        writer.Text(string.Empty);
        writer.Array(4, () => writer.Number((uint)process));
    });

    /// <summary>A unit that is not there does well: a scope ends by itself with its last process.</summary>
    internal void StopUnit(string unit)
    {
        try
        {
            Job("StopUnit", "ss", unit, writer =>
            {
                writer.Text(unit);
                writer.Text("replace");
            });
        }
        catch (ContainerException error) when (error.Message.Contains("not loaded", StringComparison.Ordinal))
        {
            return;
        }

        try
        {
            bus.Call("ResetFailedUnit", "s", writer => writer.Text(unit));
        }
        catch (ContainerException error) when (error.Message.Contains("not loaded", StringComparison.Ordinal))
        {
            // It had not failed, and is gone.
        }
    }

    public void Dispose() => bus.Dispose();

    private void Job(string method, string signature, string unit, Action<BusWriter> arguments)
    {
        string job = bus.Call(method, signature, arguments).Read().Text();
        while (true)
        {
            BusMessage signal = bus.AwaitSignal();
            if (signal.Member != "JobRemoved")
            {
                continue;
            }

            BusReader reader = signal.Read();
            reader.Number();
            if (reader.Text() != job)
            {
                continue;
            }

            reader.Text();
            string result = reader.Text();
            if (result != "done")
            {
                throw new ContainerException($"systemd {method} \"{unit}\": {result}");
            }

            return;
        }
    }
}
