namespace Wharf.Oci.Runtime;

/// <summary>Some system calls, the arguments that they must match, and the action then.</summary>
public sealed record SeccompRule
{
    public IReadOnlyList<string> Names { get; set; } = [];

    public string Action { get; set; } = "";

    public uint? ErrnoRet { get; set; }

    public IReadOnlyList<SeccompArgument>? Args { get; set; }
}
