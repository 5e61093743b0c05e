namespace Wharf.Registry;

/// <summary>The body of a failed request: distribution-spec, "Error codes".</summary>
internal sealed record RegistryErrorBody
{
    public IReadOnlyList<RegistryError>? Errors { get; init; }

    /// <summary>What authorization servers and proxies send in place of the list.</summary>
    public string? Details { get; init; }

    public string? Message { get; init; }
}
