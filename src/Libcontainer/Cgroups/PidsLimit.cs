using System.Globalization;

namespace Wharf.Libcontainer.Cgroups;

/// <summary>
/// The limit of processes: below zero is none. Zero is one, the least that systemd takes (TasksMax=), so that both drivers do the
/// same: https://github.com/opencontainers/runc/issues/4014
/// </summary>
internal static class PidsLimit
{
    internal static string Text(long limit) => limit < 0 ? "max" : Math.Max(1, limit).ToString(CultureInfo.InvariantCulture);

    internal static ulong Tasks(long limit) => limit < 0 ? ulong.MaxValue : (ulong)Math.Max(1, limit);
}
