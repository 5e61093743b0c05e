namespace Wharf.Cli.Templates;

/// <summary>A null whose type is known by its field: Go prints it by its type.</summary>
internal sealed record GoNil(string Text)
{
    internal static readonly GoNil Pointer = new("<nil>");
    internal static readonly GoNil List = new("[]");
    internal static readonly GoNil Map = new("map[]");
    internal static readonly GoNil Nothing = new("<no value>");

    // Fields of the API's answers that engines leave out or send as null.
    private const string Maps = " Volumes Labels ExposedPorts PortBindings Sysctls Tmpfs Ports Options Annotations Networks Data DriverOpts StorageOpt LogOpts ";
    private const string Pointers = " Health Healthcheck Init PidsLimit OomKillDisable StopTimeout MemorySwappiness NetworkDisabled GraphDriver Descriptor ImageManifestDescriptor IPAMConfig SizeRw SizeRootFs Storage ";
    private const string Texts = " StopSignal Domainname Hostname User Variant OsVersion Author Comment Parent MacAddress DockerVersion Created Container VirtualSize Platform ";
    private const string Lists = " Shell OnBuild Env Cmd Entrypoint Mounts Binds RepoTags RepoDigests ExecIDs Args Warnings SecurityOpt CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd Links Ulimits Devices VolumesFrom Aliases DNSNames ";

    /// <summary>What a field is that an answer does not hold; null when no answer ever holds it.</summary>
    internal static object? Missing(string field) =>
        Names(Maps, field) ? Map : Names(Pointers, field) ? Pointer : Names(Lists, field) ? List : Names(Texts, field) ? "" : null;

    internal static GoNil Of(string field) => Names(Maps, field) ? Map : Names(Pointers, field) ? Pointer : List;

    private static bool Names(string list, string field) => list.Contains($" {field} ", StringComparison.Ordinal);
}
