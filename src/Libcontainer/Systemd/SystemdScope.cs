using Wharf.Linux;
using Wharf.Oci.Runtime;

namespace Wharf.Libcontainer.Systemd;

/// <summary>
/// A transient unit for a container that is being made. A scope needs a process from its first moment, before the container has one:
/// a holder, which ends when this is disposed and the container's process is in the cgroup.
/// </summary>
internal sealed class SystemdScope : IDisposable
{
    private const int KillSignal = 9;
    private readonly int holder;

    private SystemdScope(int holder) => this.holder = holder;

    internal static SystemdScope Start(UnitName unit, string id, Resources resources, IReadOnlyDictionary<string, string>? annotations, bool unified)
    {
        if (annotations?.Keys.FirstOrDefault(key => key.StartsWith("org.systemd.property.", StringComparison.Ordinal)) is { } annotation)
        {
            throw new ContainerException($"annotation \"{annotation}\": properties of systemd by annotation are not supported");
        }

        int holder = CurrentProcess.Clone(CloneFlags.None);
        if (holder == 0)
        {
            CurrentProcess.SetParentDeathSignal(KillSignal);
            Poll.Readable(-1);
            CurrentProcess.Exit(0);
        }

        var scope = new SystemdScope(holder);
        try
        {
            using SystemdUnits manager = SystemdUnits.Open();
            manager.StartTransientUnit(unit.Name, Properties(unit, id, resources, holder, unified));
            return scope;
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Processes.Signal(holder, KillSignal);
        Processes.Wait(holder);
    }

    private static IEnumerable<UnitProperty> Properties(UnitName unit, string id, Resources resources, int holder, bool unified)
    {
        yield return UnitProperty.Of("Description", "libcontainer container " + id);
        yield return UnitProperty.Of("Slice", unit.Slice);
        yield return UnitProperty.Processes(holder);

        // What is below the scope is the container's and the runtime's.
        yield return UnitProperty.Of("Delegate", true);
        yield return UnitProperty.Of("DefaultDependencies", false);
        foreach (string accounting in new[] { "MemoryAccounting", "CPUAccounting", "TasksAccounting", "IOAccounting" })
        {
            yield return UnitProperty.Of(accounting, true);
        }

        foreach (UnitProperty limit in unified ? UnitProperties.Of(resources) : [])
        {
            yield return limit;
        }
    }
}
