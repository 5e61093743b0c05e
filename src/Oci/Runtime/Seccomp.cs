namespace Wharf.Oci.Runtime;

/// <summary>config-linux.md, "Seccomp".</summary>
public sealed record Seccomp
{
    public string DefaultAction { get; set; } = "";

    public uint? DefaultErrnoRet { get; set; }

    public IReadOnlyList<string>? Architectures { get; set; }

    public IReadOnlyList<string>? Flags { get; set; }

    public string? ListenerPath { get; set; }

    public string? ListenerMetadata { get; set; }

    public IReadOnlyList<SeccompRule>? Syscalls { get; set; }
}
