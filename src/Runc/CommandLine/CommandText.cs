namespace Wharf.Runc.CommandLine;

/// <summary>What help says of a command besides its flags.</summary>
internal sealed record CommandText(string Purpose, string Operands = "<container-id>", string Description = "");
