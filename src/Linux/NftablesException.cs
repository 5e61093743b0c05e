namespace Wharf.Linux;

/// <summary>A firewall transaction that failed: nothing of it is in force. The message is libnftables' own.</summary>
public sealed class NftablesException(string message) : IOException(message);
