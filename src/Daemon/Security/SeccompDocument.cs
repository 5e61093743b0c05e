namespace Wharf.Daemon.Security;

/// <summary>A seccomp profile in docker's format: the runtime's, with conditions.</summary>
internal sealed record SeccompDocument
{
    public string DefaultAction { get; set; } = "";

    public uint? DefaultErrnoRet { get; set; }

    public IReadOnlyList<string>? Architectures { get; set; }

    public IReadOnlyList<SeccompDocumentArchitecture>? ArchMap { get; set; }

    public IReadOnlyList<string>? Flags { get; set; }

    public string? ListenerPath { get; set; }

    public string? ListenerMetadata { get; set; }

    public IReadOnlyList<SeccompDocumentRule>? Syscalls { get; set; }
}
