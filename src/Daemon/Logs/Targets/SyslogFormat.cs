using System.Globalization;
using System.Text;

namespace Wharf.Daemon.Logs.Targets;

/// <summary>Messages of syslog: RFC 3164, RFC 5424, and what the local daemon reads.</summary>
/// <param name="Name">"", "rfc3164", "rfc5424" or "rfc5424micro".</param>
/// <param name="Facility">Its number.</param>
/// <param name="Tag">Name of the sender.</param>
/// <param name="Counted">Whether each message begins with its length (RFC 5425, 6587).</param>
internal sealed record SyslogFormat(string Name, int Facility, string Tag, bool Counted)
{
    private const int Error = 3;
    private const int Information = 6;
    private static readonly string[] Facilities = ["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "", "", "", "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"];

    internal static bool IsFormat(string name) => name is "" or "rfc3164" or "rfc5424" or "rfc5424micro";

    /// <summary>By name or number; null when there is none.</summary>
    internal static int? FacilityOf(string text) =>
        text.Length == 0 ? Array.IndexOf(Facilities, "daemon")
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number is >= 0 and <= 23 ? number : null
            : Array.IndexOf(Facilities, text) is var index and >= 0 ? index : null;

    internal byte[] Encode(LogEntry entry)
    {
        int priority = (Facility * 8) + (entry.IsError ? Error : Information);
        int pid = Environment.ProcessId;
        string host = Environment.MachineName;
        DateTimeOffset local = entry.Time.ToLocalTime();
        string old = string.Create(CultureInfo.InvariantCulture, $"{local:MMM} {local.Day,2} {local:HH:mm:ss}");
        string head = Name switch
        {
            "rfc5424" => string.Create(CultureInfo.InvariantCulture, $"<{priority}>1 {local:yyyy-MM-ddTHH:mm:sszzz} {host} {Tag} {pid} {Tag} - "),
            "rfc5424micro" => string.Create(CultureInfo.InvariantCulture, $"<{priority}>1 {local:yyyy-MM-ddTHH:mm:ss.ffffffzzz} {host} {Tag} {pid} {Tag} - "),
            "rfc3164" => string.Create(CultureInfo.InvariantCulture, $"<{priority}>{old} {host} {Tag}[{pid}]: "),
            _ => string.Create(CultureInfo.InvariantCulture, $"<{priority}>{old} {Tag}[{pid}]: "),
        };
        byte[] message = [.. Encoding.UTF8.GetBytes(head), .. entry.Text, (byte)'\n'];
        return Counted ? [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.Length} ")), .. message] : message;
    }
}
