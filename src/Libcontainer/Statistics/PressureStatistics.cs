namespace Wharf.Libcontainer.Statistics;

/// <summary>Documentation/accounting/psi.rst: time in which some or all tasks waited for a resource.</summary>
internal sealed record PressureStatistics(PressureLine Some, PressureLine Full);
