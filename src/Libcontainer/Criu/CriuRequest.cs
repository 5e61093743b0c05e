namespace Wharf.Libcontainer.Criu;

/// <summary>criu_req of criu's images/rpc.proto.</summary>
internal sealed record CriuRequest(CriuRequestKind Kind, CriuOptions? Options = null)
{
    /// <summary>Asks, in a feature check, whether criu and the kernel track changed memory.</summary>
    internal bool MemoryTracking { get; init; }

    /// <summary>Asks whether memory can be restored when it is touched.</summary>
    internal bool LazyPages { get; init; }

    internal byte[] Write() => new ProtobufWriter()
        .Number(1, (int)Kind)
        .Message(2, Options?.Write())
        .Message(5, Kind == CriuRequestKind.FeatureCheck ? new ProtobufWriter().Flag(1, MemoryTracking).Flag(2, LazyPages) : null)
        .ToArray();

    /// <summary>The answer to a notification; criu gives up and undoes its work when it is told that a step has failed.</summary>
    internal static byte[] NotificationAnswer(bool success) =>
        new ProtobufWriter().Number(1, (int)CriuRequestKind.Notify).Number(3, success ? 1 : 0).ToArray();
}
