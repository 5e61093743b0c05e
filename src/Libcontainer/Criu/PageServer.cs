namespace Wharf.Libcontainer.Criu;

/// <summary>A "criu page-server" that takes the memory of a checkpoint over TCP.</summary>
internal sealed record PageServer(string Address, int Port);
