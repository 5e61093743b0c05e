using Wharf.Oci.Runtime;

namespace Wharf.Daemon.Security;

/// <summary>One rule, by name or names.</summary>
internal sealed record SeccompDocumentRule
{
    public string? Name { get; set; }

    public IReadOnlyList<string>? Names { get; set; }

    public string Action { get; set; } = "";

    public uint? ErrnoRet { get; set; }

    public IReadOnlyList<SeccompArgument>? Args { get; set; }

    public SeccompCondition? Includes { get; set; }

    public SeccompCondition? Excludes { get; set; }
}
