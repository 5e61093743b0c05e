using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Wharf.Harness;

/// <summary>
/// The firewall tables of this process's wharfds. As a fixture of a whole lane it fails the lane that leaves one behind. Others' are not
/// looked at: more than one lane may run on a machine.
/// </summary>
public sealed class FirewallTables : IDisposable
{
    private static readonly ConcurrentDictionary<string, string> Roots = new();

    /// <summary>The name that a wharfd gives its table, by its data root.</summary>
    public static string Of(string dataRoot)
    {
        string name = "wharf-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataRoot)))[..8];
        Roots[name] = dataRoot;
        return name;
    }

    /// <summary>One that is not there is no error.</summary>
    public static void Delete(string table) => Command.Run("nft", $"add table inet {table}; delete table inet {table}").Succeeds();

    public void Dispose()
    {
        string[] left = [.. Command.Run("nft", "list", "tables").Output.Split('\n').Select(line => line.Split(' ')[^1]).Where(Roots.ContainsKey).Select(name => $"{name} of \"{Roots[name]}\"")];
        if (left.Length > 0)
        {
            throw new InvalidOperationException($"firewall tables left behind: {string.Join(", ", left)}");
        }
    }
}
