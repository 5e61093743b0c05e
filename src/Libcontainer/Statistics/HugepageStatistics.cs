namespace Wharf.Libcontainer.Statistics;

/// <summary>Bytes of huge pages of one size.</summary>
internal sealed record HugepageStatistics(ulong Usage, ulong Peak, ulong Failures);
