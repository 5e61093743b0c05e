namespace Wharf.Containerd.Proxies;

/// <summary>A part of the daemon that is another program: [proxy_plugins] of the configuration.</summary>
/// <param name="Name">What clients call it.</param>
/// <param name="Type">snapshot, content, diff or sandbox, or containerd's whole name of the type.</param>
/// <param name="Address">Path of its socket.</param>
internal sealed record ProxyPlugin(string Name, string Type, string Address)
{
    public const string Snapshot = "io.containerd.snapshotter.v1";
    public const string Content = "io.containerd.content.v1";
    public const string Diff = "io.containerd.differ.v1";
    public const string Sandbox = "io.containerd.sandbox.controller.v1";

    /// <summary>The platform that it is for; empty for this one.</summary>
    public string Platform { get; init; } = string.Empty;

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyDictionary<string, string> Exports { get; init; } = new Dictionary<string, string>();

    /// <summary>The whole name of a type; null when there is no such type.</summary>
    public static string? TypeOf(string given) => given switch
    {
        "snapshot" or Snapshot => Snapshot,
        "content" or Content => Content,
        "diff" or Diff => Diff,
        "sandbox" or Sandbox => Sandbox,
        _ => null,
    };
}
