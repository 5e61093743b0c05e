namespace Wharf.Oci.Runtime;

/// <summary>A comparison with one argument.</summary>
public sealed record SeccompArgument
{
    public uint Index { get; set; }

    public ulong Value { get; set; }

    public ulong? ValueTwo { get; set; }

    public string Op { get; set; } = "";
}
