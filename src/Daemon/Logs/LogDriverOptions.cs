namespace Wharf.Daemon.Logs;

/// <summary>The options of docker's logging drivers, by driver.</summary>
internal static class LogDriverOptions
{
    private static readonly string[] OfAll = ["mode", "max-buffer-size"];
    private static readonly string[] OfFiles = ["max-size", "max-file", "compress"];
    private static readonly string[] OfCaches = ["cache-disabled", "cache-max-size", "cache-max-file", "cache-compress"];
    private static readonly string[] OfLines = ["labels", "labels-regex", "env", "env-regex", "tag"];

    internal static IReadOnlyList<string> Of(string driver) => driver switch
    {
        LogOptions.JsonFile => [.. OfAll, .. OfFiles, .. OfLines],
        LogOptions.Local => [.. OfAll, .. OfFiles, .. OfLines],
        LogOptions.None => [],
        "syslog" => [.. OfAll, .. OfCaches, .. OfLines, "syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key", "syslog-tls-skip-verify"],
        "gelf" => [.. OfAll, .. OfCaches, .. OfLines, "gelf-address", "gelf-compression-type", "gelf-compression-level", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"],
        "fluentd" => [.. OfAll, .. OfCaches, .. OfLines, "fluentd-address", "fluentd-async", "fluentd-async-connect", "fluentd-buffer-limit", "fluentd-retry-wait", "fluentd-max-retries", "fluentd-sub-second-precision", "fluentd-request-ack", "fluentd-write-timeout", "fluentd-read-timeout", "fluentd-async-reconnect-interval"],
        _ => [.. OfAll, .. OfCaches, .. OfLines],
    };
}
