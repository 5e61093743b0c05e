namespace Wharf.Cli.Templates;

/// <summary>Fields that docker's templates name as its Go structs do, where the API's documents spell them otherwise.</summary>
internal static class GoNames
{
    /// <summary>The name in the document, or null when both are the same.</summary>
    internal static string? InDocument(string field) => field switch
    {
        "APIVersion" => "ApiVersion",
        "ID" => "Id",
        "NanoCPUs" => "NanoCpus",
        "CPUShares" => "CpuShares",
        "CPUPeriod" => "CpuPeriod",
        "CPUQuota" => "CpuQuota",
        "CPURealtimePeriod" => "CpuRealtimePeriod",
        "CPURealtimeRuntime" => "CpuRealtimeRuntime",
        "DNS" => "Dns",
        "DNSOptions" => "DnsOptions",
        "DNSSearch" => "DnsSearch",
        _ => null,
    };
}
