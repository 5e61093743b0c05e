namespace Wharf.Oci.Runtime;

/// <summary>config.md, "POSIX-platform Hooks".</summary>
public sealed record Hooks
{
    public IReadOnlyList<Hook>? Prestart { get; set; }

    public IReadOnlyList<Hook>? CreateRuntime { get; set; }

    public IReadOnlyList<Hook>? CreateContainer { get; set; }

    public IReadOnlyList<Hook>? StartContainer { get; set; }

    public IReadOnlyList<Hook>? Poststart { get; set; }

    public IReadOnlyList<Hook>? Poststop { get; set; }
}
