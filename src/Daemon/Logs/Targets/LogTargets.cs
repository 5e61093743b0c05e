using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Wharf.EngineApi.Containers;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>The targets of docker's logging drivers, made of a container's options.</summary>
internal static class LogTargets
{
    private const int SyslogPort = 514;
    private const int SyslogTlsPort = 6514;
    private const int FluentdPort = 24224;
    private static readonly string[] LocalSyslog = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    /// <summary>Whether a target that is not there keeps the container from starting.</summary>
    internal static bool MustAnswer(LogConfig? config)
    {
        string asynchronous = config?.Config?.GetValueOrDefault("fluentd-async") ?? config?.Config?.GetValueOrDefault("fluentd-async-connect") ?? "";
        return !(config?.Type == "fluentd" && asynchronous is "true" or "1");
    }

    /// <summary>Null for drivers that keep lines here.</summary>
    /// <exception cref="EngineException">An option that makes no sense.</exception>
    internal static ILogTarget? Make(LogConfig? config, LogSource source)
    {
        IReadOnlyDictionary<string, string> options = config?.Config ?? new Dictionary<string, string>();
        string Given(string name) => options.GetValueOrDefault(name, "");
        switch (config?.Type)
        {
            case "syslog":
                return Syslog(Given, source);
            case "gelf":
                var gelf = TargetAddress.Parse("gelf-address", Given("gelf-address") is { Length: > 0 } place ? place : throw Invalid("gelf: missing gelf-address"), ["udp", "tcp"], null);
                string compression = Given("gelf-compression-type");
                if (compression is not ("" or "gzip" or "zlib" or "none"))
                {
                    throw Invalid("gelf: invalid compression type: " + compression);
                }

                var messages = new GelfFormat(source, gelf.IsStream, compression.Length > 0 ? compression : "gzip");
                return new SocketTarget(gelf, messages.Encode);
            case "fluentd":
                var fluentd = TargetAddress.Parse("fluentd-address", Given("fluentd-address") is { Length: > 0 } address ? address : "tcp://127.0.0.1:24224", ["tcp", "unix"], FluentdPort);
                var records = new FluentdFormat(source, Given("fluentd-sub-second-precision") is "true" or "1");
                return new SocketTarget(fluentd, entry => [records.Encode(entry)]);
            case "journald":
                var fields = new JournaldFormat(source);
                return new SocketTarget(new TargetAddress("unixgram", "", 0, JournaldFormat.Socket), entry => [fields.Encode(entry)]);
            default:
                return null;
        }
    }

    private static SocketTarget Syslog(Func<string, string> given, LogSource source)
    {
        string format = given("syslog-format");
        if (!SyslogFormat.IsFormat(format))
        {
            throw Invalid($"invalid syslog format: \"{format}\"");
        }

        int facility = SyslogFormat.FacilityOf(given("syslog-facility")) ?? throw Invalid($"invalid syslog facility \"{given("syslog-facility")}\"");
        bool secured = given("syslog-address").StartsWith("tcp+tls://", StringComparison.Ordinal);
        TargetAddress address = given("syslog-address") is { Length: > 0 } text
            ? TargetAddress.Parse("syslog-address", text, ["udp", "tcp", "tcp+tls", "unix", "unixgram"], secured ? SyslogTlsPort : SyslogPort)
            : new TargetAddress("unixgram", "", 0, LocalSyslog.FirstOrDefault(File.Exists) ?? LocalSyslog[0]);
        var messages = new SyslogFormat(format, facility, source.Tag, Counted: address.Protocol == "tcp+tls" && format.StartsWith("rfc5424", StringComparison.Ordinal));
        return new SocketTarget(address, entry => [messages.Encode(entry)], secured ? Tls(given, address) : null);
    }

    private static SslClientAuthenticationOptions Tls(Func<string, string> given, TargetAddress address)
    {
        bool any = given("syslog-tls-skip-verify").Length > 0;
        var options = new SslClientAuthenticationOptions { TargetHost = address.Host };
        try
        {
            if (given("syslog-tls-cert").Length > 0)
            {
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(given("syslog-tls-cert"), given("syslog-tls-key"))];
            }

            if (any)
            {
#pragma warning disable CA5359 // the option says so in so many words
                options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            }
            else if (given("syslog-tls-ca-cert").Length > 0)
            {
                var authority = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                authority.CustomTrustStore.ImportFromPemFile(given("syslog-tls-ca-cert"));
                options.CertificateChainPolicy = authority;
            }

            return options;
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new EngineException(EngineErrorKind.InvalidParameter, $"syslog: read certificates: {error.Message.TrimEnd('.')}", error);
        }
    }

    private static EngineException Invalid(string message) => new(EngineErrorKind.InvalidParameter, message);
}
