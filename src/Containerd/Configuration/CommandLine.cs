namespace Wharf.Containerd.Configuration;

/// <summary>Flags by their long name, and the sub-command with its arguments.</summary>
internal sealed record CommandLine(IReadOnlyDictionary<string, string> Flags, IReadOnlyList<string> Command);
