using System.Globalization;

namespace Wharf.ContainerdApi.Tracing;

/// <summary>Where spans go and how many of them, by the variables of OpenTelemetry: opentelemetry.io/docs/specs/otel/configuration.</summary>
/// <param name="Endpoint">The whole address that spans are posted to.</param>
/// <param name="IsGrpc">True for OTLP over gRPC, false for OTLP over HTTP; protobuf in both.</param>
/// <param name="Ratio">How many of the traces that begin here are sent; 1 for all.</param>
/// <param name="FollowsParent">True when a caller decides for its own traces.</param>
public sealed record TraceOptions(Uri Endpoint, bool IsGrpc, double Ratio, bool FollowsParent)
{
    private const string Path = "v1/traces";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>What every span says of its program, service.name among it.</summary>
    public IReadOnlyDictionary<string, string> Resource { get; init; } = new Dictionary<string, string>();

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null when the environment asks for no traces.</summary>
    /// <exception cref="FormatException">A variable has a value that it cannot have.</exception>
    public static TraceOptions? Read(Func<string, string?> variable, string program)
    {
        string Of(string name) => variable($"OTEL_EXPORTER_OTLP_TRACES_{name}") is { Length: > 0 } own ? own : variable($"OTEL_EXPORTER_OTLP_{name}") ?? string.Empty;
        string own = variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? string.Empty;
        string shared = variable("OTEL_EXPORTER_OTLP_ENDPOINT") ?? string.Empty;
        if ((own.Length == 0 && shared.Length == 0) || variable("OTEL_TRACES_EXPORTER") == "none" || string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        bool grpc = Of("PROTOCOL") switch
        {
            "" or "http/protobuf" => false,
            "grpc" => true,
            var other => throw new FormatException($"OTEL_EXPORTER_OTLP_PROTOCOL \"{other}\": not one of grpc, http/protobuf"),
        };
        string text = own.Length > 0 ? own : grpc ? shared : $"{shared.TrimEnd('/')}/{Path}";
        if (!Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out Uri? endpoint) || endpoint.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"OTEL_EXPORTER_OTLP_ENDPOINT \"{text}\": not an address");
        }

        (double ratio, bool follows) = Sampler(variable("OTEL_TRACES_SAMPLER") ?? string.Empty, variable("OTEL_TRACES_SAMPLER_ARG") ?? string.Empty);
        Dictionary<string, string> resource = Pairs(variable("OTEL_RESOURCE_ATTRIBUTES") ?? string.Empty);
        resource["service.name"] = variable("OTEL_SERVICE_NAME") is { Length: > 0 } service ? service : resource.GetValueOrDefault("service.name", program);
        return new TraceOptions(grpc ? new Uri(endpoint, "/opentelemetry.proto.collector.trace.v1.TraceService/Export") : endpoint, grpc, ratio, follows)
        {
            Headers = Pairs(Of("HEADERS")),
            Resource = resource,
            Limit = int.TryParse(Of("TIMEOUT"), NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.FromSeconds(10),
        };
    }

    private static (double Ratio, bool FollowsParent) Sampler(string name, string argument)
    {
        double ratio = double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out double given) ? Math.Clamp(given, 0, 1) : 1;
        return name switch
        {
            "" or "parentbased_always_on" => (1, true),
            "parentbased_always_off" => (0, true),
            "parentbased_traceidratio" => (ratio, true),
            "always_on" => (1, false),
            "always_off" => (0, false),
            "traceidratio" => (ratio, false),
            _ => throw new FormatException($"OTEL_TRACES_SAMPLER \"{name}\": unknown sampler"),
        };
    }

    /// <summary>"a=1,b=2", values with percent signs as in addresses.</summary>
    private static Dictionary<string, string> Pairs(string text)
    {
        var pairs = new Dictionary<string, string>();
        foreach (string pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            pairs[equals > 0 ? pair[..equals].Trim() : throw new FormatException($"\"{pair}\": not a pair of name and value")] = Uri.UnescapeDataString(pair[(equals + 1)..].Trim());
        }

        return pairs;
    }
}
