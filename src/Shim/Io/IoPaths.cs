namespace Wharf.Shim.Io;

/// <summary>Where the streams of a process go: a fifo's path, a file: URI, or nothing.</summary>
internal sealed record IoPaths(string Input, string Output, string Error, bool Terminal);
