namespace Wharf.Oci.Runtime;

/// <summary>A program run at a stage; the timeout is in seconds.</summary>
public sealed record Hook
{
    public string Path { get; set; } = "";

    public IReadOnlyList<string>? Args { get; set; }

    public IReadOnlyList<string>? Env { get; set; }

    public int? Timeout { get; set; }
}
