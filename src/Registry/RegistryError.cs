namespace Wharf.Registry;

internal sealed record RegistryError
{
    public string? Code { get; init; }

    public string? Message { get; init; }

    /// <summary>As docker prints it: <c>manifest unknown: manifest unknown</c>.</summary>
    public override string ToString()
    {
        string code = (Code ?? "UNKNOWN").Replace('_', ' ').ToLowerInvariant();
        return string.IsNullOrEmpty(Message) ? code : $"{code}: {Message}";
    }
}
