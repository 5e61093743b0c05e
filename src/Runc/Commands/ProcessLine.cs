using System.Globalization;

namespace Wharf.Runc.Commands;

/// <summary>One process as "ps -ef" prints it, from /proc; nothing when it has just ended.</summary>
internal static class ProcessLine
{
    internal static string Of(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            int end = stat.LastIndexOf(')');
            string[] fields = stat[(end + 2)..].Split(' ');
            string user = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
            string command = File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').TrimEnd();
            if (command.Length == 0)
            {
                command = "[" + stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end] + "]";
            }

            const ulong ticksPerSecond = 100;
            TimeSpan used = TimeSpan.FromSeconds((ulong.Parse(fields[11], CultureInfo.InvariantCulture) + ulong.Parse(fields[12], CultureInfo.InvariantCulture)) / ticksPerSecond);
            return string.Create(CultureInfo.InvariantCulture, $"{(user == "0" ? "root" : user),-8} {id,7} {fields[1],7}  0 ?     ?        {used:hh\\:mm\\:ss} {command}\n");
        }
        catch (IOException)
        {
            return string.Empty;
        }
    }
}
