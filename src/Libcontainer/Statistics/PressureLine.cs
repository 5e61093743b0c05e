namespace Wharf.Libcontainer.Statistics;

/// <summary>Per cent of the last 10, 60 and 300 seconds, and microseconds in all, in which tasks waited.</summary>
internal sealed record PressureLine(double Average10, double Average60, double Average300, ulong Total);
