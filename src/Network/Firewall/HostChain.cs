namespace Wharf.Network.Firewall;

/// <summary>The administrator's chain, as nft lists it.</summary>
internal static class HostChain
{
    /// <summary>Its rules, one a line: what is between the braces of the chain.</summary>
    internal static string Rules(string listing)
    {
        string[] lines = listing.Split('\n');
        int start = Array.FindIndex(lines, line => line.TrimStart().StartsWith("chain ", StringComparison.Ordinal));
        int end = Array.FindLastIndex(lines, line => line.Trim() == "}");
        int close = end < 0 ? -1 : Array.FindLastIndex(lines, end - 1, line => line.Trim() == "}");
        return start < 0 || close <= start ? "" : string.Join('\n', lines[(start + 1)..close].Select(line => line.Trim()));
    }
}
